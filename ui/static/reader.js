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
  const top = mark ? mark.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop : 0;
  // The facts above stay in view where the quote is near enough; otherwise it stands in the middle.
  scroller.scrollTop = Math.max(0, top - scroller.clientHeight * 0.5);
});
