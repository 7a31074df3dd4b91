// One listener for all chips, sources, examples and tools; events reach Python as 'cite', 'ask', 'retry', 'edit', 'rate'.
element.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button || !element.contains(button)) return;
  const data = button.dataset;
  if (data.ref) {
    document.querySelectorAll("#cc-conversation .is-open").forEach((other) => other.classList.remove("is-open"));
    button.classList.add("is-open");
    window.casechat.opener = button;
    window.casechat.hideCard();
    trigger("cite", { turn: data.turn, ref: data.ref });
  } else if (data.ask) trigger("ask", { question: data.ask });
  else if (data.retry) trigger("retry", { turn: data.retry });
  else if (data.edit) {
    trigger("edit", { turn: data.edit });
    document.querySelector("#cc-question textarea")?.focus();
  } else if (data.copy) {
    await window.casechat.copy(data.copy);
    const label = button.textContent;
    button.textContent = data.done;
    setTimeout(() => (button.textContent = label), 1500);
  } else if (data.rate) rate(button);
});

// Thumbs: up is sent at once, down asks why first; a second press takes it back.
function rate(button) {
  const box = button.closest(".cc-rate");
  const verdict = button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.rate;
  box.querySelectorAll("[data-rate]").forEach((one) => one.setAttribute("aria-pressed", one.dataset.rate === verdict));
  box.querySelector("form").hidden = verdict !== "down";
  if (verdict === "down") {
    box.querySelector("input").focus({ preventScroll: true });
    box.querySelector("form").scrollIntoView({ block: "nearest" });
  }
  trigger("rate", { turn: box.dataset.turn, verdict, reason: "" });
}
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const box = event.target.closest(".cc-rate");
  if (!box) return;
  trigger("rate", { turn: box.dataset.turn, verdict: "down", reason: box.querySelector("input").value });
  event.target.hidden = true;
});

// The quote beside a chip.
const chipOf = (event) => event.target.closest?.(".cc-chip");
element.addEventListener("mouseover", (event) => chipOf(event) && window.casechat.showCard(chipOf(event)));
element.addEventListener("mouseout", () => window.casechat.hideCard());
element.addEventListener("focusin", (event) => {
  if (chipOf(event)?.matches(":focus-visible")) window.casechat.showCard(chipOf(event));
});
element.addEventListener("focusout", () => window.casechat.hideCard());

// Follow the answer while it streams, unless the person has scrolled up to read; a new question always shows.
const isLive = Boolean(element.closest("#cc-live"));
const scroller = element.closest("#cc-conversation");
scroller.setAttribute("role", "log");
scroller.setAttribute("tabindex", "0");
scroller.setAttribute("aria-labelledby", "cc-tab-chat");
// Gradio hides the label of a box without container from screen readers too.
for (const box of document.querySelectorAll("#cc-question textarea, #cc-search input, #cc-search textarea")) {
  box.setAttribute("aria-label", box.closest("label")?.textContent.trim() || box.placeholder);
}
const draft = sessionStorage.getItem("casechatDraft");
const box = document.querySelector("#cc-question textarea");
if (isLive && draft && box) {
  sessionStorage.removeItem("casechatDraft");
  box.value = draft;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
if (isLive) {
  scroller.addEventListener("scroll", () => {
    scroller.dataset.free = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight > 80 ? "1" : "";
  });
}
// A notice that appears takes room from the conversation, not from its end.
if (isLive) {
  new ResizeObserver(() => {
    if (!scroller.dataset.free && scroller.querySelector(".cc-turn")) scroller.scrollTop = scroller.scrollHeight;
  }).observe(scroller);
}
let shown = "";
watch("value", () => {
  window.casechat.hideCard();
  const marked = element.querySelector("[data-conversation]");
  if (marked) window.casechat.remember(marked.dataset.conversation);
  const turn = element.querySelector(".cc-turn:last-of-type")?.id || "";
  if (isLive && turn !== shown) scroller.dataset.free = "";
  shown = turn;
  if (!scroller.dataset.free) scroller.scrollTop = scroller.querySelector(".cc-turn") ? scroller.scrollHeight : 0;
  if (isLive && window.casechat.following && element.querySelector(".is-pending")) trigger("follow");
  if (isLive) window.casechat.following = false;
});
