// Sphinx's scores of search results, except that headings with the most words of the question come first.
var Scorer = {
  score: (result) => {
    const question = new URLSearchParams(window.location.search).get("q") || "";
    const words = question.toLowerCase().split(/\s+/).filter((word) => word.length > 2);
    const heading = result[1].toLowerCase();
    return result[4] + 30 * words.filter((word) => heading.includes(word)).length;
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
