// Who writes: both pickers show the same choice. Events reach Python as 'load', 'choose', 'test'.
element.addEventListener("change", (event) => {
  const select = event.target.closest("[data-models]");
  if (!select) return;
  document.querySelectorAll("[data-models]").forEach((other) => (other.value = select.value));
  document.querySelectorAll(".cc-gone").forEach((notice) => notice.remove());
  trigger("choose", { name: select.value });
});
element.addEventListener("click", (event) => {
  if (event.target.closest("[data-test-model]")) trigger("test");
});
// Another page of the same person may have chosen meanwhile.
if (element.closest("#cc-picker")) {
  document.addEventListener("visibilitychange", () => document.hidden || trigger("load"));
}
