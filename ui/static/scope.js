// The case that alone is asked; 'only' with nothing asks all again.
element.addEventListener("click", (event) => {
  if (event.target.closest("[data-all-cases]")) trigger("only", { only: "" });
});
