// A passage that opens takes the focus and shows its quote; closing gives the focus back to what opened it.
// Events reach Python as 'cite', 'only', 'close'.
const close = () => {
  const opener = window.casechat.opener;
  if (opener) {
    opener.classList.remove("is-open");
    if (opener.isConnected) opener.focus();
  }
  trigger("close");
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const data = button.dataset;
  if ("close" in data) close();
  else if (data.ref) trigger("cite", { turn: data.turn, ref: data.ref });
  else if (data.goto) element.querySelector(`#cc-at-${data.goto}`)?.scrollIntoView({ block: "start" });
  else if (data.only) {
    trigger("only", { only: data.only });
    window.casechat.show("chat");
    document.querySelector("#cc-question textarea")?.focus();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !window.casechat.card && element.querySelector(".cc-reader")) close();
});
watch("value", () => {
  const heading = element.querySelector("h2");
  if (!heading) return;
  heading.focus({ preventScroll: true });
  const scroller = element.closest("#cc-side");
  const mark = element.querySelector("mark");
  scroller.scrollTop = 0;
  if (!mark) return;
  // Case, department and pages stay in view where the quote fits beside them; else the quote stands in the middle.
  const view = scroller.getBoundingClientRect();
  const quote = mark.getBoundingClientRect();
  if (quote.bottom > view.bottom - 24) scroller.scrollTop = quote.top - view.top - scroller.clientHeight * 0.35;
});
