// The list of conversations; events reach Python as 'open', 'rename', 'remove'.
const open = (id) => {
  window.casechat.following = true;
  trigger("open", { id });
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const row = event.target.closest("li[data-id]");
  if (!button || !row) return;
  const data = button.dataset;
  if ("open" in data) {
    document.body.classList.remove("cc-list-open");
    open(row.dataset.id);
  } else if ("rename" in data) rename(row);
  else if ("delete" in data) {
    if (button.textContent === data.sure) trigger("remove", { id: row.dataset.id });
    else button.textContent = data.sure;
  }
});
function rename(row) {
  const name = row.querySelector(".cc-conversation-name");
  const input = document.createElement("input");
  input.className = "cc-rename";
  input.value = name.textContent;
  input.maxLength = 60;
  name.replaceWith(input);
  row.querySelector("details").open = false;
  input.focus();
  input.select();
  let done = false;
  const end = (title) => {
    if (done) return;
    done = true;
    trigger("rename", { id: row.dataset.id, title });
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(input.value);
    if (event.key === "Escape") end("");
  });
  input.addEventListener("blur", () => end(input.value));
}
// On a narrow screen the list is a sheet that the button opens.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toggle-list]")) document.body.classList.toggle("cc-list-open");
  else if (!event.target.closest("#cc-list-side")) document.body.classList.remove("cc-list-open");
  document.querySelectorAll(".cc-more[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
window.casechat.reopen = () => open(window.casechat.conversation());
setTimeout(window.casechat.reopen, 0);
