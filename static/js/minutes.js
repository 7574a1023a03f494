/* Saves each text of the minutes while its writer pauses. Without this script the buttons of the form save everything. */
"use strict";

const PAUSE = 1500; // milliseconds without typing

class Text {
  constructor(area, form) {
    this.area = area;
    this.form = form;
    this.saved = area.defaultValue.replace(/\r\n?/g, "\n");
    this.timer = null;
    this.asking = null;
    this.isRefused = false;
    const key = `${area.dataset.piece}-${area.dataset.language}`;
    this.status = form.querySelector(`[data-saved="${key}"]`);
    this.seen = form.elements[area.name.replace("-text_", "-seen_")];
    area.addEventListener("input", () => this.wait());
    if (this.isChanged) this.wait(); // typed before this script was there, or kept by the browser
  }

  get isChanged() {
    return this.area.value !== this.saved;
  }

  wait() {
    clearTimeout(this.timer);
    if (this.isRefused) return;
    if (this.isChanged) this.say(this.form.dataset.unsaved);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  /* One request at a time: the next begins where this one ended. */
  async save() {
    if (this.asking || this.isRefused || !this.isChanged) return;
    const sent = this.area.value;
    this.asking = this.ask(sent);
    const goesOn = await this.asking;
    this.asking = null;
    if (goesOn && this.isChanged) this.wait();
  }

  async ask(sent) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    body.set("piece", this.area.dataset.piece);
    body.set("language", this.area.dataset.language);
    body.set("text", sent);
    body.set("seen", this.seen.value);
    try {
      const response = await fetch(this.form.dataset.autosave, { method: "POST", body });
      const answer = await response.json();
      this.say(answer.message);
      if (!response.ok) {
        this.isRefused = true; // what is typed stays here; the button of the form shows both texts
        return false;
      }
      return this.take(sent, answer);
    } catch {
      this.say(this.form.dataset.failed);
      this.timer = setTimeout(() => this.save(), 4 * PAUSE);
      return false;
    }
  }

  /* A colleague's lines come into the text, unless its writer has gone on meanwhile: then the form's button does it. */
  take(sent, answer) {
    const isMerged = answer.text !== sent.replace(/\s+$/, "");
    if (isMerged && this.area.value !== sent) {
      this.isRefused = true;
      return false;
    }
    if (isMerged) {
      const { selectionStart } = this.area;
      this.area.value = answer.text;
      if (document.activeElement === this.area) this.area.setSelectionRange(selectionStart, selectionStart);
      this.saved = answer.text;
    } else {
      this.saved = sent;
    }
    this.seen.value = answer.revision;
    return true;
  }

  say(message) {
    if (this.status.textContent !== message) this.status.textContent = message;
  }
}

const form = document.querySelector("form[data-autosave]");

if (form) {
  const texts = [...form.querySelectorAll("textarea[data-piece]")].map((area) => new Text(area, form));
  let isLeaving = false;

  /* A save under way ends first, so that the form does not meet its own writer's text as another's. */
  form.addEventListener("submit", async (event) => {
    texts.forEach((text) => clearTimeout(text.timer));
    isLeaving = true;
    const under = texts.map((text) => text.asking).filter(Boolean);
    if (under.length === 0) return;
    event.preventDefault();
    const { submitter } = event;
    await Promise.all(under);
    texts.forEach((text) => clearTimeout(text.timer));
    setTimeout(() => form.requestSubmit(submitter), 0);
  });

  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && texts.some((text) => text.isChanged)) event.preventDefault();
  });
}
