/* Passkeys: between a form and the browser (W3C Web Authentication). Forms that need one are
   hidden until this runs. And the button that prints recovery codes. */
const trouble = document.querySelector(".passkey-trouble");

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function described(keys) {
  return (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));
}

async function make(options, passwordless) {
  const wanted = options.creation_options.publicKey;
  const chosen = { ...wanted.authenticatorSelection };
  chosen.residentKey = passwordless ? "required" : "discouraged";
  chosen.requireResidentKey = passwordless;
  if (passwordless) chosen.userVerification = "required";
  return navigator.credentials.create({
    publicKey: {
      ...wanted,
      challenge: bytes(wanted.challenge),
      user: { ...wanted.user, id: bytes(wanted.user.id) },
      excludeCredentials: described(wanted.excludeCredentials),
      authenticatorSelection: chosen,
    },
  });
}

async function show(options) {
  const wanted = options.request_options.publicKey;
  return navigator.credentials.get({
    publicKey: {
      ...wanted,
      challenge: bytes(wanted.challenge),
      allowCredentials: described(wanted.allowCredentials),
    },
  });
}

function written(credential) {
  const answer = credential.response;
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (answer[part]) response[part] = text(answer[part]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function optionsOf(form) {
  const data = document.getElementById("passkey-data");
  if (data) return JSON.parse(data.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function say(error) {
  const words = {
    InvalidStateError: "known",
    NotAllowedError: "refused",
    SecurityError: "address",
  };
  trouble.textContent = trouble.dataset[words[error.name] || "failed"];
  trouble.hidden = false;
}

async function send(event) {
  const form = event.target;
  event.preventDefault();
  trouble.hidden = true;
  try {
    const options = await optionsOf(form);
    const passwordless = event.submitter?.name === "passwordless" && event.submitter.value === "on";
    const credential = await (form.dataset.passkey === "make"
      ? make(options, passwordless)
      : show(options));
    form.elements.credential.value = written(credential);
    if (passwordless) {
      const mark = document.createElement("input");
      Object.assign(mark, { type: "hidden", name: "passwordless", value: "on" });
      form.append(mark);
    }
    form.submit();
  } catch (error) {
    say(error);
  }
}

for (const form of document.querySelectorAll(".passkey-form")) {
  if (window.PublicKeyCredential) {
    form.hidden = false;
    form.addEventListener("submit", send);
  } else if (form.dataset.passkey !== "sign-in") {
    trouble.textContent = trouble.dataset.none;
    trouble.hidden = false;
  }
}

for (const sentence of document.querySelectorAll(".without-script")) sentence.hidden = true;

const print = document.querySelector("button.print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
