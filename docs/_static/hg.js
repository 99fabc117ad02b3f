// The row that a link leads to may lie in a closed fold: open it, then show the row.
function showRow() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!row?.closest("table.hg")) return;
  for (let fold = row; (fold = fold.parentElement.closest("details")); ) fold.open = true;
  row.scrollIntoView({ block: "center" });
}
for (const event of ["load", "hashchange"]) addEventListener(event, showRow);
