// Puts what the server sends in the place of what stands there; without it the page is read anew every half minute.
"use strict";
(() => {
  const vivo = document.getElementById("vivo");
  const formas = document.getElementById("formas");
  const AGAIN = 15000;
  let source, waiting;

  function say(text, kind) {
    if (vivo.textContent !== text) vivo.textContent = text;
    vivo.className = "vivo " + kind;
  }

  // The button or link that has the focus, by what it is; another of the same takes its place.
  function mark(element) {
    return element && (element.getAttribute("formaction") || element.getAttribute("href")) + " " + (element.value || "");
  }

  function put(card, html) {
    const active = card.contains(document.activeElement) && document.activeElement !== card ? document.activeElement : null;
    const wanted = mark(active);
    const fresh = new DOMParser().parseFromString(html, "text/html");
    card.replaceChildren(...fresh.body.childNodes);
    if (!active) return;
    const same = [...card.querySelectorAll("button, a")].find((one) => mark(one) === wanted);
    (same || card).focus({ preventScroll: true });
  }

  function show(told) {
    const card = document.getElementById(told.nome);
    const link = document.getElementById("resumo-" + told.nome);
    if (!card || !link) return;
    put(card, told.html);
    const shape = formas.content.querySelector('[data-sinal="' + told.sinal + '"] svg');
    link.className = told.sinal;
    link.querySelector("svg").replaceWith(document.importNode(shape, true));
    link.querySelector(".como").textContent = told.resumo;
  }

  // One stream at most is open or waited for: the server counts those of a person.
  function close() {
    clearTimeout(waiting);
    if (source) source.close();
  }

  function open() {
    close();
    source = new EventSource("/painel/ao-vivo");
    source.addEventListener("open", () => say("Ao vivo", "ligado"));
    source.addEventListener("cartao", (event) => show(JSON.parse(event.data)));
    source.addEventListener("frase", (event) => { document.querySelector("h1").textContent = JSON.parse(event.data).frase; });
    source.addEventListener("fim", () => location.reload());
    source.addEventListener("error", () => {
      say("Sem contato com a Esteira; tentando de novo", "parado");
      if (source.readyState === EventSource.CLOSED && !document.hidden) waiting = setTimeout(open, AGAIN);
    });
  }

  document.addEventListener("submit", (event) => {
    if (event.submitter) setTimeout(() => { event.submitter.disabled = true; });
  });
  // A page out of sight asks for nothing.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else if (source.readyState === EventSource.CLOSED) open();
  });
  open();
})();
