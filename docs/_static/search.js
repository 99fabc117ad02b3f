// Finds in titles first, then in texts; the index is a script, so that it loads from a folder, too.
const index = new MiniSearch({ fields: ["heading", "title", "text"], idField: "at", processTerm: folded,
  searchOptions: { boost: { heading: 6, title: 3 }, prefix: (term) => term.length > 2, combineWith: "AND",
    boostDocument: (at) => known.get(at).weight } });
const known = new Map(pages.map(([title, heading, at, text, weight]) => [at, { title, heading, at, text, weight }]));
index.addAll([...known.values()]);

// The words around the first that was found, each that was found marked.
function excerpt(text, terms) {
  const words = text.split(/(?<=\s)/), hit = (word) => folded(word).split(/[^\p{L}\p{N}]+/u).some((each) => terms.includes(each));
  const first = Math.max(0, words.findIndex(hit) - 8), part = document.createElement("p");
  if (first) part.append("… ");
  for (const word of words.slice(first, first + 34)) {
    const [said, space] = [word.trimEnd(), word.slice(word.trimEnd().length)];
    (hit(word) ? part.appendChild(document.createElement("mark")) : part).append(said);
    part.append(space);
  }
  if (words.length > first + 34) part.append("…");
  return part;
}
function find(words) {
  const results = index.search(words), list = document.getElementById("found");
  list.replaceChildren(...results.slice(0, 30).map(({ id, terms }) => {
    const { title, heading, text } = known.get(id), item = document.createElement("li"), link = document.createElement("a");
    link.href = id; link.textContent = heading || title;
    item.append(link, heading && heading !== title ? ` · ${title}` : "", excerpt(text, terms));
    return item;
  }));
  list.dataset.count = results.length;
  document.getElementById("contents").hidden = Boolean(words.trim());
}
const query = document.getElementById("query");
query.oninput = () => { find(query.value); history.replaceState(null, "", "?q=" + encodeURIComponent(query.value)); };
if ((query.value = new URLSearchParams(location.search).get("q") ?? "")) find(query.value);
query.focus();
