import {
  _adapters,
  Chart,
  defaults,
  Interaction,
  layouts,
  LinearScale,
  LogarithmicScale,
  registerables,
  Ticks,
} from "chart.js";
import {
  color,
  easingEffects,
  getRelativePosition,
  merge,
  niceNum,
  resolve,
  splineCurve,
  toFont,
  toTRBL,
} from "chart.js/helpers";

// The context of a canvas that notes what is drawn.
const context = (calls, canvas) =>
  new Proxy(
    { canvas },
    {
      get: (target, name) =>
        name in target || name === "length"
          ? target[name]
          : name === "measureText"
            ? (text) => ({ width: text.length * 6 })
            : name === "createLinearGradient"
              ? () => ({ addColorStop() {} })
              : (...words) => {
                  calls.push([
                    name,
                    ...words.filter((it) => typeof it === "number" || typeof it === "string"),
                  ]);
                },
    },
  );

export default () => {
  Chart.register(...registerables);
  const calls = [];
  const canvas = {
    width: 400,
    height: 200,
    style: {},
    getAttribute() {},
    setAttribute() {},
    removeAttribute() {},
    addEventListener() {},
    removeEventListener() {},
    getContext: () => canvas.context,
  };
  canvas.context = context(calls, canvas);
  const chart = new Chart(canvas.context, {
    type: "bar",
    options: {
      responsive: false,
      animation: false,
      devicePixelRatio: 1,
      locale: "en",
      scales: { y: { beginAtZero: true, ticks: { callback: (n) => `${n} €` } } },
      plugins: { title: { display: true, text: "T" } },
    },
    data: {
      labels: ["a", "b", "c"],
      datasets: [
        { label: "one", data: [3, 7, 5], backgroundColor: "#f00" },
        {
          type: "line",
          label: "two",
          data: [
            { x: "a", y: 1 },
            { x: "c", y: 9 },
          ],
          tension: 0.4,
        },
      ],
    },
  });
  const bars = chart
    .getDatasetMeta(0)
    .data.map(({ x, y, base, width }) => [x, y, base, width].map(Math.round));
  const before = chart.scales.y.ticks.map(({ value, label }) => [value, label]);
  chart.data.datasets[0].data.push(20);
  chart.data.labels.push("d");
  chart.update();
  const nearest = chart
    .getElementsAtEventForMode(
      { type: "click", x: bars[1][0], y: bars[1][1] + 3, native: true },
      "nearest",
      { intersect: true },
      false,
    )
    .map(({ datasetIndex, index }) => [datasetIndex, index]);
  return {
    bars,
    before,
    after: [chart.scales.y.min, chart.scales.y.max, chart.scales.x.getLabels()],
    area: chart.chartArea,
    legend: chart.legend.legendItems.map(({ text, fillStyle }) => [text, fillStyle]),
    nearest,
    drawn: calls.length > 100,
    text: calls
      .filter(([name]) => name === "fillText")
      .slice(0, 8)
      .map(([, text]) => text),
    visible: chart.getVisibleDatasetCount(),
    pixel: Math.round(chart.scales.y.getPixelForValue(5)),
    helpers: [
      niceNum(87),
      toTRBL({ top: 1 }),
      toFont({ size: 10 }).string,
      resolve([undefined, [1, 2]], {}, 1),
      color("rgb(1,2,3)").alpha(0.5).rgbString(),
      easingEffects.easeInOutQuad(0.3),
      merge({ a: { b: 1 } }, { a: { c: 2 } }),
    ],
    spline: splineCurve({ x: 0, y: 0 }, { x: 1, y: 2 }, { x: 3, y: 1 }, 0.3),
    kinds: [
      typeof layouts.addBox,
      typeof Interaction.modes.index,
      typeof LinearScale,
      typeof LogarithmicScale,
      typeof Ticks.formatters.numeric,
      typeof _adapters._date,
      typeof getRelativePosition,
    ],
    font: defaults.font.size,
    stopped: (chart.destroy(), chart.ctx),
  };
};
