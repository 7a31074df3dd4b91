// One listener for all chips, sources and examples; events reach Python as 'cite' and 'ask'.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !element.contains(button)) return;
  if (button.dataset.ref) {
    element.querySelectorAll(".is-open").forEach((other) => other.classList.remove("is-open"));
    button.classList.add("is-open");
    window.casechatOpener = button;
    trigger("cite", { turn: button.dataset.turn, ref: button.dataset.ref });
  } else if (button.dataset.ask) {
    trigger("ask", { question: button.dataset.ask });
  }
});

// Follow the answer while it streams, unless the person has scrolled up to read; a new question always shows.
const scroller = element.closest("#cc-conversation");
let pinned = true;
let nTurns = 0;
scroller.setAttribute("role", "log");
scroller.setAttribute("aria-label", "对话");
scroller.setAttribute("tabindex", "0");
// Gradio hides the label of a box without container from screen readers too.
document.querySelector("#cc-question textarea")?.setAttribute("aria-label", "问题");
scroller.addEventListener("scroll", () => {
  pinned = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
});
watch("value", () => {
  const turns = element.querySelectorAll(".cc-turn").length;
  if (turns > nTurns) pinned = true;
  nTurns = turns;
  if (pinned) scroller.scrollTop = turns ? scroller.scrollHeight : 0;
});
