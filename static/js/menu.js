/* An open menu closes when the reader goes elsewhere or presses Escape. Without this script it closes by its own summary. */
"use strict";

function close(menu) {
  menu.open = false;
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) close(menu);
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) close(menu);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    close(menu);
    menu.querySelector("summary").focus();
  }
});

/* What is wrong with a form is read out first. */
document.querySelector("[data-focus]")?.focus();
