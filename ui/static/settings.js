// The settings; events reach Python as 'load' and 'save'.
window.casechat.onShow.settings = () => trigger("load");
element.addEventListener("submit", (event) => {
  event.preventDefault();
  trigger("save", { n_passages: event.target.elements.n_passages.value });
});
