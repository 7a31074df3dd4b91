// The page's language; and Enter that ends the input of a Chinese word must not send the question: Gradio 6.31
// submits on keydown without asking whether an input method is still composing.
document.documentElement.lang = window.casechatLang === "zh" ? "zh-CN" : window.casechatLang;
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
  },
  true,
);

// What the scripts of the parts share. `onShow` holds what a tab does when it comes to the front.
window.casechat = {
  onShow: {},
  opener: null,
  conversation: () => sessionStorage.getItem("casechat") || "",
  remember: (id) => sessionStorage.setItem("casechat", id),
  reopen: () => {},
  show(name) {
    document.body.dataset.tab = name;
    document.querySelectorAll("[role=tab]").forEach((tab) => {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
    document.getElementById(`cc-panel-${name}`)?.setAttribute("role", "tabpanel");
    document.getElementById(`cc-panel-${name}`)?.setAttribute("aria-labelledby", `cc-tab-${name}`);
    history.replaceState(null, "", name === "chat" ? location.pathname : `#${name}`);
    this.onShow[name]?.();
  },
  // A quote, beside the chip that is hovered or focused; Escape puts it away.
  card: null,
  hideCard() {
    this.card?.remove();
    this.card = null;
  },
  showCard(chip) {
    this.hideCard();
    const source = document.getElementById(chip.getAttribute("aria-describedby"));
    if (!source) return;
    const card = source.cloneNode(true);
    card.removeAttribute("id");
    card.hidden = false;
    card.classList.add("is-shown");
    document.body.append(card);
    const at = chip.getBoundingClientRect();
    const size = card.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left - 16, innerWidth - size.width - 8));
    const above = at.top - size.height - 8;
    card.style.left = `${left}px`;
    card.style.top = `${above > 8 ? above : Math.min(at.bottom + 8, innerHeight - size.height - 8)}px`;
    this.card = card;
  },
  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea"); // no clipboard outside https and this machine
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  },
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") window.casechat.hideCard();
});

// A server that is stopped and started again: say so, and show the conversation as it was kept.
let instance = "";
let lost = false;
async function lookAfterServer() {
  let now = "";
  try {
    const response = await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    now = (await response.json()).instance;
  } catch {
    lost = true;
  }
  const line = document.getElementById("cc-offline");
  if (line) line.hidden = now !== "";
  if (now && instance && now !== instance) {
    // Gradio's connection does not outlive its server: begin anew, with what was being typed.
    sessionStorage.setItem("casechatDraft", document.querySelector("#cc-question textarea")?.value || "");
    location.reload();
    return;
  }
  if (now && lost) {
    lost = false;
    window.casechat.reopen();
  }
  instance = now || instance;
  setTimeout(lookAfterServer, lost ? 1000 : 4000);
}
lookAfterServer();
