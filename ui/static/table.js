// What opens passages and cases from a table or list; events reach Python as 'span', 'only', 'load'.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const data = button.dataset;
  if (data.span) {
    window.casechat.opener = button;
    trigger("span", { span: data.span });
  } else if (data.only) {
    trigger("only", { only: data.only });
    window.casechat.show("chat");
    document.querySelector("#cc-question textarea")?.focus();
  } else if (data.onlyYes) {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", pressed);
    element.querySelector("table")?.classList.toggle("is-only-yes", pressed);
  }
});
if (element.closest("#cc-catalogue")) {
  window.casechat.onShow.catalogue = () => element.querySelector("table") || trigger("load");
}
