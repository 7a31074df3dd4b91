// A passage that opens takes the focus and shows its quote; closing gives the focus back to the chip.
const close = () => {
  const opener = window.casechatOpener;
  if (opener) {
    opener.classList.remove("is-open");
    if (opener.isConnected) opener.focus();
  }
  trigger("close");
};
element.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && element.querySelector(".cc-reader")) close();
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
  if (quote.bottom > view.bottom - 24) scroller.scrollTop = quote.top - view.top - scroller.clientHeight * 0.4;
});
