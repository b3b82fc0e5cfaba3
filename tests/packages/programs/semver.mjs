import semver from "semver";

export default () => {
  const versions = [
    "1.2.3",
    "1.10.0",
    "1.2.3-beta.2",
    "1.2.3-beta.11",
    "2.0.0-rc.1+build.5",
    "0.0.1",
    "10.0.0",
  ];
  const ranges = [
    "^1.2.3",
    "~1.2",
    ">=1.2.3 <2 || 10.x",
    "1.2.3 - 1.9",
    "*",
    "^0.0.1",
    "<1.2.3-beta.5",
    "^1.2.3-beta.3",
    "=v1.2.3",
  ];
  const parsed = semver.parse("v1.2.3-alpha.1+b.7");
  return {
    sorted: semver.sort([...versions]),
    back: semver.rsort([...versions]),
    table: ranges.map((range) => [
      range,
      semver.validRange(range),
      versions.filter((version) => semver.satisfies(version, range)),
      semver.maxSatisfying(versions, range),
      semver.minVersion(range)?.version,
    ]),
    parsed: [parsed.major, parsed.prerelease, parsed.build, parsed.version, String(parsed)],
    increased: ["major", "minor", "patch", "premajor", "prerelease", "prepatch"].map((kind) =>
      semver.inc("1.2.3-beta.1", kind, "rc"),
    ),
    invalid: ["1.2", "a.b.c", "1.2.3.4", "01.2.3", ""].map((it) => semver.valid(it)),
    coerced: ["v2", "42.6.7.9.3-alpha", "release 1.5 final", "none"].map(
      (it) => semver.coerce(it)?.version ?? null,
    ),
    diff: [semver.diff("1.2.3", "1.3.0"), semver.diff("1.0.0", "1.0.1-a"), semver.diff("1.0.0", "1.0.0")],
    compare: [
      semver.gt("1.10.0", "1.9.9"),
      semver.eq("1.0.0+a", "1.0.0+b"),
      semver.compareBuild("1.0.0+a", "1.0.0+b"),
      semver.cmp("1.0.0", "!=", "2.0.0"),
    ],
    ranges: [
      semver.subset("^1.2", ">=1"),
      semver.intersects("^1", "^2"),
      semver.outside("3.0.0", "^1", ">"),
      semver.simplifyRange(versions, ">=1.2.3 <1.11"),
      semver.gtr("2.0.0", "^1"),
    ],
    loose: semver.valid("=1.2.3beta", { loose: true }),
    prerelease: [
      semver.satisfies("2.0.0-rc.1", "^1 || ^2", { includePrerelease: true }),
      semver.prerelease("1.0.0-x.7.z"),
    ],
    comparator: new semver.Range(">1 <=2.5").set.map((set) => set.map(({ value }) => value)),
  };
};
