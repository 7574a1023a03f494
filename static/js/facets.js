/* Keeps the facets that a reader opened or closed as they are when the server sends them with new counts. */
"use strict";

const seen = new Map();

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches?.("#facets details")) {
      seen.set(event.target.id, event.target.open);
    }
  },
  true,
);

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "facets") return;
  for (const [id, open] of seen) {
    const facet = document.getElementById(id);
    if (facet) facet.open = open;
  }
});

/* What is left empty does not stand in the address that readers share. */
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id !== "filters") return;
  const { parameters } = event.detail;
  for (const name of ["words", "sort"]) {
    if (parameters[name] === "") delete parameters[name];
  }
});
