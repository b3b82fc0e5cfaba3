import * as d3 from "d3";

export default () => {
  const rows = d3.csvParse("name,group,value\nAnn,a,3\nBob,b,5\nCid,a,10\n", d3.autoType);
  const x = d3.scaleLinear([0, 10], [0, 500]).nice();
  const band = d3
    .scaleBand(
      rows.map(({ name }) => name),
      [0, 300],
    )
    .padding(0.1);
  const tree = d3
    .hierarchy({
      name: "root",
      children: [
        {
          name: "a",
          value: 3,
          children: [
            { name: "a1", value: 1 },
            { name: "a2", value: 2 },
          ],
        },
        { name: "b", value: 4 },
      ],
    })
    .sum(({ value, children }) => (children ? 0 : value))
    .sort((a, b) => b.value - a.value);
  const pack = d3.treemap().size([100, 100])(tree.copy());
  const simulation = d3
    .forceSimulation([{ id: "a" }, { id: "b" }, { id: "c" }])
    .force("charge", d3.forceManyBody())
    .force(
      "link",
      d3.forceLink([{ source: "a", target: "b" }]).id(({ id }) => id),
    )
    .force("center", d3.forceCenter(50, 50))
    .stop();
  simulation.tick(30);
  const round = (n) => Math.round(n * 1000) / 1000;
  return {
    rows,
    rolled: d3.rollups(
      rows,
      (group) => d3.sum(group, ({ value }) => value),
      ({ group }) => group,
    ),
    extent: d3.extent(rows, ({ value }) => value),
    stats: [
      d3.mean([1, 2, 4]),
      d3.median([3, 1, 2]),
      round(d3.deviation([1, 2, 4])),
      d3.quantile([1, 2, 3, 4], 0.25),
    ],
    bins: d3
      .bin()
      .thresholds(3)([1, 2, 2, 5, 9])
      .map((it) => [it.x0, it.x1, it.length]),
    scale: [x(5), x.invert(250), x.ticks(5), x.tickFormat(5, "%")(0.5)],
    band: [band("Bob"), round(band.bandwidth())],
    time: d3
      .scaleUtc([new Date(0), new Date(864e5)], [0, 100])
      .ticks(4)
      .map(d3.utcFormat("%H:%M %b %d")),
    log: d3.scaleLog([1, 1000], [0, 3])(100),
    colors: [
      d3.interpolateViridis(0.5),
      d3.scaleOrdinal(d3.schemeCategory10)("q"),
      d3.hsl("steelblue").brighter().formatHex(),
      d3.interpolateRgb("red", "blue")(0.3),
      d3.lab("#123456").l.toFixed(3),
    ],
    line: d3.line().curve(d3.curveMonotoneX)([
      [0, 1],
      [2, 5],
      [4, 2],
    ]),
    area: d3.area(
      ({ v }, i) => i,
      ({ v }) => v,
    )([{ v: 1 }, { v: 3 }]),
    arc: d3.arc()({ innerRadius: 10, outerRadius: 50, startAngle: 0, endAngle: Math.PI / 2 }),
    pie: d3
      .pie()([1, 2, 3])
      .map(({ startAngle }) => round(startAngle)),
    stack: d3
      .stack()
      .keys(["a", "b"])([
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ])
      .map((it) => it.map(([low, high]) => [low, high])),
    tree: d3
      .tree()
      .size([10, 10])(tree)
      .descendants()
      .map(({ data, x: a, y: b }) => [data.name, round(a), round(b)]),
    pack: pack
      .leaves()
      .map(({ data, x0, y0, x1, y1 }) => [data.name, round(x0), round(y0), round(x1), round(y1)]),
    force: simulation.nodes().map((node) => [round(node.x), round(node.y)]),
    format: [
      d3.format(",.2f")(12345.678),
      d3.format("~s")(1500),
      d3.format("+.1e")(0.00012),
      d3.format("#x")(255),
    ],
    parsed: d3.utcParse("%Y-%m-%d")("2024-02-29").getTime(),
    days: d3.utcDay.count(new Date(0), new Date(Date.UTC(1970, 1, 1))),
    voronoi: d3.Delaunay.from([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1.1],
    ]).triangles.length,
    hull: d3.polygonHull([
      [0, 0],
      [2, 0],
      [1, 1],
      [2, 2],
      [0, 2],
    ]),
    contours: d3.contours().size([3, 3]).thresholds([0.5])([0, 0, 0, 0, 1, 0, 0, 0, 0])[0].coordinates,
    geo: [
      d3.geoPath(d3.geoMercator().scale(100))({
        type: "LineString",
        coordinates: [
          [0, 0],
          [10, 10],
        ],
      }),
      round(d3.geoDistance([0, 0], [90, 0])),
    ],
    chord: d3.chord()([
      [1, 2],
      [3, 4],
    ]).length,
    quad: d3
      .quadtree([
        [0, 0],
        [5, 5],
      ])
      .find(4, 4),
    interpolate: d3.interpolate({ a: 1, b: "10px" }, { a: 3, b: "20px" })(0.5),
    cross: d3.cross([1, 2], ["a"]),
    bisect: d3.bisectLeft([1, 3, 5], 4),
    random: round(d3.randomNormal.source(d3.randomLcg(0.5))(0, 1)()),
  };
};
