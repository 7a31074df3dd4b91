// Chinese page; and Enter that ends the input of a Chinese word must not send the question: Gradio 6.31
// submits on keydown without asking whether an input method is still composing.
document.documentElement.lang = "zh-CN";
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
  },
  true,
);
