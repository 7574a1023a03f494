/* Items of a list are dragged by their handle, or moved by the arrow keys on it; both write the numbers beside the items
   and send the form that a reader without scripts sends by its button. */
"use strict";

let dragged = null;
let home = null; // what the dragged row stood before, to put it back when the drag is given up
let held = ""; // the handle that has the keyboard, found again after the list came anew

const listOf = (element) => element.closest("[data-sortable]");
const rowsOf = (list) => [...list.children];

function start(root) {
  for (const handle of root.querySelectorAll("[data-handle]")) {
    handle.hidden = false;
    handle.closest("li").draggable = false;
  }
  for (const hint of root.querySelectorAll("[data-with-script]")) hint.hidden = false;
}

function renumber(list) {
  rowsOf(list).forEach((row, number) => {
    row.querySelector("input[type=number]").value = number + 1;
  });
}

function send(list) {
  renumber(list);
  document.getElementById("order").requestSubmit();
}

function say(list, row) {
  const rows = rowsOf(list);
  const status = document.querySelector("[data-moved]");
  status.textContent = status.dataset.moved
    .replace("%(place)s", rows.indexOf(row) + 1)
    .replace("%(count)s", rows.length);
}

/* Only the handle starts a drag, so that text in the row can still be marked. */
document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  for (const row of document.querySelectorAll("[data-sortable] > li")) row.draggable = row.contains(handle);
});

document.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.("[data-sortable] > li");
  if (!row || !row.draggable) return;
  dragged = row;
  home = row.nextElementSibling;
  row.classList.add("row--dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
});

document.addEventListener("dragover", (event) => {
  const row = event.target.closest?.("[data-sortable] > li");
  if (!dragged || !row || listOf(row) !== listOf(dragged)) return;
  event.preventDefault();
  if (row === dragged) return;
  const box = row.getBoundingClientRect();
  row[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
});

document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});

document.addEventListener("dragend", (event) => {
  if (!dragged) return;
  const row = dragged;
  const list = listOf(row);
  dragged = null;
  row.classList.remove("row--dragged");
  row.draggable = false;
  if (event.dataTransfer.dropEffect === "none") {
    list.insertBefore(row, home);
    return;
  }
  say(list, row);
  send(list);
});

document.addEventListener("keydown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const row = handle.closest("li");
  const other = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  other[event.key === "ArrowUp" ? "before" : "after"](row);
  handle.focus();
  held = handle.id;
  say(listOf(row), row);
  send(listOf(row));
});

document.addEventListener("focusin", (event) => {
  if (!event.target.closest("[data-handle]")) held = "";
});

document.addEventListener("htmx:afterSettle", () => {
  start(document);
  document.getElementById(held)?.focus();
});
start(document);
