"use strict";
const root = document.documentElement;
const setLanguage = (lang) => {
  root.dataset.lang = lang;
  root.lang = lang;
  for (const option of document.querySelectorAll("option[data-zh]")) option.textContent = option.dataset[lang];
  const search = document.getElementById("search");
  if (search) search.placeholder = search.dataset[lang];
};
document.getElementById("language").addEventListener("click", () => setLanguage(root.dataset.lang === "zh" ? "en" : "zh"));

const questions = [...document.querySelectorAll("details.q")];
const filter = () => {
  const type = document.getElementById("type").value;
  const split = document.getElementById("split").value;
  const state = document.getElementById("state").value;
  const words = document.getElementById("search").value.trim().toLowerCase();
  let shown = 0;
  for (const question of questions) {
    const fits = (!type || question.dataset.type === type)
      && (!split || question.dataset.split === split)
      && (!state || question.dataset.states.split(" ").includes(state))
      && (!words || question.textContent.toLowerCase().includes(words));
    question.hidden = !fits;
    shown += fits;
  }
  document.getElementById("shown").textContent = `${shown} / ${questions.length}`;
};
if (document.getElementById("search")) {
  for (const id of ["type", "split", "state", "search"]) document.getElementById(id).addEventListener("input", filter);
  filter();
}
setLanguage(location.hash === "#en" ? "en" : "zh");
