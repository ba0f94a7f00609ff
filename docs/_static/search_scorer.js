// Sphinx's scores of search results, except that the page comes first whose heading has the most words of the question.
var Scorer = {
  score: (result) => {
    const question = new URLSearchParams(window.location.search).get("q") || "";
    const words = question.toLowerCase().split(/\s+/).filter((word) => word.length > 2 && word !== "earloop");
    const { alltitles, docnames } = Search._index;
    const below = Object.keys(alltitles).filter((title) => alltitles[title].some(([page]) => docnames[page] === result[0]));
    const found = [result[1], ...below].map((heading) => words.filter((word) => heading.toLowerCase().includes(word)).length);
    return result[4] + 30 * Math.max(...found);
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
