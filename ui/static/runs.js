// How a run stands: asked again every second while it goes on; events reach Python as 'refresh' and 'stop'.
element.addEventListener("click", (event) => {
  if (event.target.closest("[data-stop]")) trigger("stop");
});
element.addEventListener("change", (event) => {
  const select = event.target.closest("[data-compare]");
  if (!select?.value) return;
  open(`/runs/${select.dataset.compare}?base=${encodeURIComponent(select.value)}`, "_blank", "noopener");
  select.value = "";
});
// Not when the value changes: while one question is answered it does not.
setInterval(() => element.querySelector(".is-running") && trigger("refresh"), 1000);
