// What begins a run; events reach Python as 'load' and 'run'.
window.casechat.onShow.evaluation = () => trigger("load");
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  trigger("run", { set: form.elements.set.value, limit: form.elements.limit.value });
});
element.addEventListener("change", async (event) => {
  if (event.target.name === "set") window.casechat.questionSet = event.target.value;
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
    if (ok) window.casechat.questionSet = decodeURIComponent(response.headers.get("x-question-set"));
  }
  window.casechat.uploaded = { said, ok };
  input.value = "";
  restore();
  if (ok) trigger("load");
});
// The form comes anew from Python, which knows neither the set chosen nor what was said of an upload.
function restore() {
  const { uploaded, questionSet } = window.casechat;
  const sets = element.querySelector("select[name=set]");
  if (!sets) return;
  if (questionSet) {
    // Python tells of an uploaded set a moment later: a run begun before then must be of it already.
    if (![...sets.options].some((option) => option.value === questionSet)) sets.add(new Option(questionSet));
    sets.value = questionSet;
  }
  if (!uploaded) return;
  const line = element.querySelector("form > p") || document.createElement("p");
  line.className = uploaded.ok ? "cc-uploaded" : "cc-failed";
  line.setAttribute("role", uploaded.ok ? "status" : "alert");
  line.textContent = uploaded.said;
  element.querySelector("form").append(line);
}
watch("value", restore);
