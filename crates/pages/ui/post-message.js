// Hands the answer to the window that opened or framed this one, if it is at the registered origin.
const answer = document.querySelector("[data-post-message]");
const receiver = window.opener ?? (window.parent === window ? null : window.parent);
if (answer && receiver) receiver.postMessage(answer.dataset.postMessage, answer.dataset.origin);
