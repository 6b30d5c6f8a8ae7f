// A reader's own words, put into every letter on the page while they type. Nothing leaves the browser.
// The rules are those of advocacy/letters.py, which does the same where scripts do not run.

const NAME_PLACE = /\[your name[^[\]\n]{0,60}\]/gi;
const OPEN_PLACE = /\[[^[\]\n]{1,200}\]/g;
const form = document.getElementById("letter");
const copies = [...document.querySelectorAll(".copy[data-values]")].filter((copy) => copy.querySelector(".paper"));

const fill = (text, values) => text.replace(
    /\{([^{}\n]{0,60})\}/g, (whole, token) => Object.hasOwn(values, token) ? values[token] : whole,
);

// What stands before and after the place for the reader's name.
function aroundName(body) {
    const last = [...body.matchAll(NAME_PLACE)].at(-1);
    if (!last) return [body, "", false];
    return [body.slice(0, last.index).trimEnd(), body.slice(last.index + last[0].length).trim(), true];
}

function signed(body, sender) {
    const [before, after, hasPlace] = aroundName(body);
    if (!sender.lines || (!hasPlace && sender.name && body.includes(sender.name))) return body;
    const ending = hasPlace ? `${before}\n${sender.lines}` : `${body}\n\n${sender.lines}`;
    return after ? `${ending}\n\n${after}` : ending;
}

// Half of a character beyond the first plane, which cannot stand in a link.
const BROKEN = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
// As quote(…, safe="") writes it, so that a link is cut at the same length everywhere.
const encode = (text) => encodeURIComponent(text.replace(BROKEN, ""))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function mailto(address, subject, body) {
    const to = encode(address).replace(/%40/g, "@").replace(/%2B/g, "+");
    const short = `mailto:${to}?subject=${encode(subject)}`;
    const whole = `${short}&body=${encode(body.replace(/\n/g, "\r\n"))}`;
    return whole.length <= Number(form.dataset.mailtoLimit) ? whole : short;
}

function sender() {
    const name = form.elements.name.value.trim();
    const address = form.elements.address.value.split("\n").map((line) => line.trim()).filter(Boolean).join("\n");
    return { name, lines: [name, address].filter(Boolean).join("\n") };
}

function show(copy, words, who) {
    const values = JSON.parse(copy.dataset.values);
    const subject = fill(words.subject, values).trim().replace(/\s+/g, " ");
    const body = fill(words.body, values).trim();
    const [before, after, hasPlace] = aroundName(body);
    const put = (name, text) => { copy.querySelectorAll(`[data-${name}]`).forEach((part) => { part.textContent = text; }); };
    put("from", who.lines);
    put("subject", subject);
    put("before", before);
    put("name", !hasPlace && who.name && before.includes(who.name) ? "" : who.name);
    put("after", after);
    put("caller", who.name || "[your name]");
    put("request", /[.?!]$/.test(subject) ? subject : `${subject}.`);
    const whole = signed(body, who);
    for (const button of copy.querySelectorAll("[data-copies]")) {
        button.dataset.copyText = button.dataset.copies === "subject" ? subject : whole;
    }
    for (const link of copy.querySelectorAll("[data-mail]")) {
        link.href = mailto(link.dataset.mail, subject, whole);
        link.parentElement.querySelector("[data-cut]").hidden = link.href.includes("&body=");
    }
}

function showAll() {
    const words = { subject: form.elements.subject.value, body: form.elements.body.value };
    const who = sender();
    for (const copy of copies) show(copy, words, who);
    const open = [...new Set(words.body.match(OPEN_PLACE) ?? [])].filter((place) => !place.match(NAME_PLACE));
    const places = form.querySelector("[data-places]");
    places.hidden = !open.length;
    places.querySelector("span").textContent = open.join(", ");
}

function choosePost(copy) {
    const select = copy.querySelector("[data-choose-post]");
    if (!select) return;
    const put = () => { copy.querySelector("[data-post]").textContent = select.selectedOptions[0].dataset.lines; };
    select.addEventListener("change", put);
    put();
}

// The others are left out of print until it is done.
function printOne(copy) {
    const others = copies.filter((other) => other !== copy);
    for (const other of others) other.toggleAttribute("data-not-printed", true);
    addEventListener("afterprint", () => {
        for (const other of others) other.removeAttribute("data-not-printed");
    }, { once: true });
    print();
}

form.addEventListener("input", showAll);
form.addEventListener("submit", (event) => event.preventDefault());
form.querySelector("[data-without-script]").remove();
const today = new Intl.DateTimeFormat("en-US", { dateStyle: "long" }).format(new Date());
for (const copy of copies) {
    copy.querySelector("[data-today]").textContent = today;
    choosePost(copy);
    const button = copy.querySelector("[data-print-one]");
    if (!button) continue;
    button.addEventListener("click", () => printOne(copy));
    button.removeAttribute("data-script");
}
// A browser may have brought back what was typed before a reload.
showAll();
