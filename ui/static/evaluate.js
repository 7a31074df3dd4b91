// What begins a run; events reach Python as 'load' and 'run'.
window.casechat.onShow.evaluation = () => trigger("load");
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  trigger("run", { set: form.elements.set.value, limit: form.elements.limit.value });
});
element.addEventListener("change", async (event) => {
  const input = event.target.closest("input[type=file]");
  const file = input?.files[0];
  if (!file) return;
  let said = input.dataset.tooLarge;
  let ok = false;
  if (file.size <= input.dataset.maxKb * 1024) {
    const headers = { "x-file-name": encodeURIComponent(file.name) };
    const response = await fetch("/questions", { method: "POST", body: file, headers });
    said = await response.text();
    ok = response.ok;
  }
  window.casechat.uploaded = { said, ok };
  input.value = "";
  tell();
  if (ok) trigger("load");
});
function tell() {
  const told = window.casechat.uploaded;
  if (!told) return;
  const line = element.querySelector("form > p") || document.createElement("p");
  line.className = told.ok ? "cc-uploaded" : "cc-failed";
  line.setAttribute("role", told.ok ? "status" : "alert");
  line.textContent = told.said;
  element.querySelector("form")?.append(line);
  const own = [...element.querySelectorAll("option")].find((option) => told.ok && told.said.includes(option.value));
  if (own) own.selected = true;
}
watch("value", tell);
