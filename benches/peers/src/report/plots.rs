//! The plots of the report, as SVG.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::{
    BLACK, Circle, Color, DrawingArea, IntoDrawingArea as _, IntoFont as _, PathElement, RGBColor,
    Rectangle, SVGBackend, Text, WHITE,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, TextStyle};

use crate::catalog::Wall;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Outcome = Result<(), Box<dyn std::error::Error>>;

const GREY: RGBColor = RGBColor(110, 110, 110);
const LINE: RGBColor = RGBColor(225, 225, 225);
/// The colour of isolet.
const OWN: RGBColor = RGBColor(214, 85, 30);

/// The width of the plots, and of the names in them.
const WIDTH: i32 = 860;
const NAMES: i32 = 215;
const ROW: i32 = 24;
const TOP: i32 = 74;

pub fn colour(wall: Wall) -> RGBColor {
    match wall {
        Wall::None => RGBColor(170, 170, 170),
        Wall::Wasm => RGBColor(230, 159, 0),
        Wall::Isolate => RGBColor(86, 140, 200),
        Wall::Process => RGBColor(90, 160, 120),
        Wall::Container => RGBColor(140, 105, 175),
        Wall::Machine => RGBColor(120, 80, 60),
    }
}

/// One row of a plot.
pub struct Bar {
    pub name: String,
    pub wall: Wall,
    pub is_base: bool,
    pub value: f64,
    /// The least and the most, if it was measured more than once.
    pub spread: Option<(f64, f64)>,
    /// The label beside it.
    pub text: String,
}

/// A figure for each backend, on a logarithmic scale.
pub struct Bars<'a> {
    pub title: &'a str,
    /// The caption: the subject, and how to read the plot.
    pub subtitle: &'a str,
    pub unit: fn(f64) -> String,
    pub bars: Vec<Bar>,
}

/// Powers of ten around the values, mapped to a part of the plot's width.
struct Scale {
    low: f64,
    high: f64,
    left: i32,
    right: i32,
}

impl Scale {
    fn of(values: impl Iterator<Item = f64>, left: i32, right: i32) -> Self {
        let (mut low, mut high) = (f64::MAX, f64::MIN);
        for value in values.filter(|value| *value > 0.0) {
            (low, high) = (low.min(value.log10()), high.max(value.log10()));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        let low = (low - 0.15).floor();
        Self { low, high: (high + 0.02).ceil().max(low + 1.0), left, right }
    }

    fn x(&self, value: f64) -> i32 {
        let part = (value.max(1e-12).log10() - self.low) / (self.high - self.low);
        self.left + (part.clamp(0.0, 1.0) * f64::from(self.right - self.left)) as i32
    }

    fn ticks(&self) -> impl Iterator<Item = f64> + use<> {
        (self.low as i32..=self.high as i32).map(|power| 10f64.powi(power))
    }
}

fn write(
    area: &Area<'_>,
    text: &str,
    at: (i32, i32),
    size: i32,
    colour: RGBColor,
    pos: HPos,
) -> Outcome {
    let style = TextStyle::from(("sans-serif", size).into_font()).color(&colour);
    area.draw(&Text::new(text.to_owned(), at, style.pos(Pos::new(pos, VPos::Center))))?;
    Ok(())
}

fn write_bold(
    area: &Area<'_>,
    text: &str,
    at: (i32, i32),
    size: i32,
    colour: RGBColor,
    pos: HPos,
) -> Outcome {
    let font = ("sans-serif", size).into_font().style(FontStyle::Bold);
    let style = TextStyle::from(font).color(&colour);
    area.draw(&Text::new(text.to_owned(), at, style.pos(Pos::new(pos, VPos::Center))))?;
    Ok(())
}

fn line(area: &Area<'_>, from: (i32, i32), to: (i32, i32), colour: RGBColor) -> Outcome {
    area.draw(&PathElement::new(vec![from, to], colour.stroke_width(1)))?;
    Ok(())
}

fn start<'a>(
    file: &'a Path,
    width: i32,
    height: i32,
    title: &str,
    subtitle: &str,
) -> Result<Area<'a>, Box<dyn std::error::Error>> {
    let area = SVGBackend::new(file, (width as u32, height as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    write_bold(&area, title, (14, 22), 17, BLACK, HPos::Left)?;
    write(&area, subtitle, (14, 43), 13, GREY, HPos::Left)?;
    Ok(area)
}

/// Names the colours that the rows have.
fn legend(area: &Area<'_>, walls: &[Wall], y: i32) -> Outcome {
    let mut x = 14;
    write(area, "isolation:", (x, y), 12, GREY, HPos::Left)?;
    x += 68;
    let mut entry = |text: &str, colour: RGBColor| -> Outcome {
        area.draw(&Rectangle::new([(x, y - 5), (x + 10, y + 5)], colour.filled()))?;
        write(area, text, (x + 15, y), 12, GREY, HPos::Left)?;
        x += 30 + text.len() as i32 * 7;
        Ok(())
    };
    entry("Wasm, isolet", OWN)?;
    for wall in
        [Wall::Wasm, Wall::None, Wall::Isolate, Wall::Process, Wall::Container, Wall::Machine]
    {
        if walls.contains(&wall) {
            entry(wall.text(), colour(wall))?;
        }
    }
    Ok(())
}

fn name(area: &Area<'_>, text: &str, is_base: bool, y: i32) -> Outcome {
    if is_base {
        write_bold(area, text, (NAMES - 10, y), 13, OWN, HPos::Right)
    } else {
        write(area, text, (NAMES - 10, y), 13, BLACK, HPos::Right)
    }
}

impl Bars<'_> {
    pub fn draw(&self, file: &Path) -> Outcome {
        let rows = self.bars.len() as i32;
        let bottom = TOP + rows * ROW;
        let area = start(file, WIDTH, bottom + 56, self.title, self.subtitle)?;
        let ends =
            self.bars.iter().flat_map(|bar| [bar.value, bar.spread.map_or(bar.value, |s| s.1)]);
        let scale = Scale::of(ends, NAMES, WIDTH - 130);
        for tick in scale.ticks() {
            let x = scale.x(tick);
            line(&area, (x, TOP - 4), (x, bottom), LINE)?;
            write(&area, &(self.unit)(tick), (x, TOP - 13), 11, GREY, HPos::Center)?;
        }
        for (index, bar) in self.bars.iter().enumerate() {
            let y = TOP + index as i32 * ROW + ROW / 2;
            name(&area, &bar.name, bar.is_base, y)?;
            let fill = if bar.is_base { OWN } else { colour(bar.wall) };
            area.draw(&Rectangle::new(
                [(NAMES, y - 7), (scale.x(bar.value), y + 7)],
                fill.filled(),
            ))?;
            let mut end = scale.x(bar.value);
            if let Some((least, most)) = bar.spread {
                line(&area, (scale.x(least), y), (scale.x(most), y), BLACK)?;
                end = end.max(scale.x(most));
            }
            write(&area, &bar.text, (end + 7, y), 12, BLACK, HPos::Left)?;
        }
        let walls: Vec<Wall> =
            self.bars.iter().filter(|bar| !bar.is_base).map(|bar| bar.wall).collect();
        legend(&area, &walls, bottom + 24)?;
        area.present()?;
        Ok(())
    }
}

/// One row of [`dots`]: values, each with the index of its kind.
pub struct Dots {
    pub name: String,
    pub is_base: bool,
    pub values: Vec<(f64, usize)>,
    /// A value that stands out.
    pub mean: Option<f64>,
    pub text: String,
}

const KINDS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(70, 70, 70),
];

/// Several values for each backend, on a logarithmic scale.
pub fn dots(file: &Path, title: &str, subtitle: &str, kinds: &[&str], rows: &[Dots]) -> Outcome {
    let bottom = TOP + rows.len() as i32 * ROW;
    let area = start(file, WIDTH, bottom + 56, title, subtitle)?;
    let values = rows.iter().flat_map(|row| row.values.iter().map(|(value, _)| *value));
    let scale = Scale::of(values, NAMES, WIDTH - 130);
    for tick in scale.ticks() {
        let x = scale.x(tick);
        line(&area, (x, TOP - 4), (x, bottom), if tick == 1.0 { GREY } else { LINE })?;
        write(&area, &super::text::times(tick), (x, TOP - 13), 11, GREY, HPos::Center)?;
    }
    for (index, row) in rows.iter().enumerate() {
        let y = TOP + index as i32 * ROW + ROW / 2;
        name(&area, &row.name, row.is_base, y)?;
        line(&area, (NAMES, y), (WIDTH - 130, y), LINE)?;
        for (value, kind) in &row.values {
            area.draw(&Circle::new((scale.x(*value), y), 4, KINDS[*kind % KINDS.len()].filled()))?;
        }
        if let Some(mean) = row.mean {
            let x = scale.x(mean);
            let mark = if row.is_base { OWN } else { BLACK };
            area.draw(&Rectangle::new([(x - 1, y - 9), (x + 1, y + 9)], mark.filled()))?;
        }
        write(&area, &row.text, (WIDTH - 122, y), 12, BLACK, HPos::Left)?;
    }
    let mut x = 14;
    for (kind, text) in kinds.iter().enumerate() {
        area.draw(&Circle::new((x + 4, bottom + 24), 4, KINDS[kind % KINDS.len()].filled()))?;
        write(&area, text, (x + 14, bottom + 24), 12, GREY, HPos::Left)?;
        x += 34 + text.len() as i32 * 7;
    }
    area.draw(&Rectangle::new([(x + 3, bottom + 15), (x + 5, bottom + 33)], BLACK.filled()))?;
    write(&area, "geometric mean", (x + 14, bottom + 24), 12, GREY, HPos::Left)?;
    area.present()?;
    Ok(())
}

/// The distance of reported costs from their median, on a linear scale of percent.
pub fn deviations(file: &Path, title: &str, subtitle: &str, rows: &[Dots]) -> Outcome {
    let bottom = TOP + rows.len() as i32 * ROW;
    let area = start(file, WIDTH, bottom + 24, title, subtitle)?;
    let most = rows.iter().flat_map(|row| &row.values).map(|(value, _)| value.abs());
    let most = (most.fold(1.0, f64::max) / 10.0).ceil() * 10.0;
    let (left, right) = (NAMES + 20, WIDTH - 190);
    let x = |value: f64| left + ((value + most) / (2.0 * most) * f64::from(right - left)) as i32;
    for tick in [-1.0, -0.5, 0.0, 0.5, 1.0].map(|part| part * most) {
        line(&area, (x(tick), TOP - 4), (x(tick), bottom), if tick == 0.0 { GREY } else { LINE })?;
        write(&area, &format!("{tick:+.0} %"), (x(tick), TOP - 13), 11, GREY, HPos::Center)?;
    }
    for (index, row) in rows.iter().enumerate() {
        let y = TOP + index as i32 * ROW + ROW / 2;
        name(&area, &row.name, row.is_base, y)?;
        let fill = if row.is_base { OWN } else { KINDS[0] };
        for (value, _) in &row.values {
            area.draw(&Circle::new((x(*value), y), 4, fill.mix(0.45).filled()))?;
        }
        write(&area, &row.text, (right + 18, y), 12, BLACK, HPos::Left)?;
    }
    area.present()?;
    Ok(())
}

/// The fate of one program in one backend.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cell {
    Held,
    Late,
    Wrong,
    Greedy,
    Endless,
    Dead,
    None,
}

impl Cell {
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Held, "held"),
        (Self::Late, "ended late"),
        (Self::Greedy, "far past its memory"),
        (Self::Wrong, "reached or broke something"),
        (Self::Endless, "never ended"),
        (Self::Dead, "host process died"),
    ];

    fn colour(self) -> RGBColor {
        match self {
            Self::Held => RGBColor(168, 214, 168),
            Self::Late => RGBColor(250, 225, 130),
            Self::Greedy => RGBColor(244, 165, 80),
            Self::Wrong => RGBColor(190, 130, 200),
            Self::Endless => RGBColor(222, 90, 70),
            Self::Dead => RGBColor(70, 20, 30),
            Self::None => RGBColor(242, 242, 242),
        }
    }
}

/// A table of programs and backends.
pub fn matrix(
    file: &Path,
    title: &str,
    subtitle: &str,
    columns: &[String],
    rows: &[(String, Vec<Cell>)],
) -> Outcome {
    const CELL: i32 = 15;
    const COLUMN: i32 = 38;
    let top = 190;
    let bottom = top + rows.len() as i32 * CELL;
    let width = NAMES + columns.len() as i32 * COLUMN + 70;
    let area = start(file, width.max(WIDTH), bottom + 46, title, subtitle)?;
    for (index, text) in columns.iter().enumerate() {
        let x = NAMES + index as i32 * COLUMN + COLUMN / 2;
        let font = ("sans-serif", 12).into_font();
        let font = if index == 0 { font.style(FontStyle::Bold) } else { font };
        let style = TextStyle::from(font.transform(plotters::style::FontTransform::Rotate270));
        let style = style.color(if index == 0 { &OWN } else { &BLACK });
        let style = style.pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(text.clone(), (x, top - 8), style))?;
    }
    for (index, (program, cells)) in rows.iter().enumerate() {
        let y = top + index as i32 * CELL;
        write(&area, program, (NAMES - 8, y + CELL / 2), 11, BLACK, HPos::Right)?;
        for (column, cell) in cells.iter().enumerate() {
            let x = NAMES + column as i32 * COLUMN;
            let corners = [(x + 1, y + 1), (x + COLUMN - 1, y + CELL - 1)];
            area.draw(&Rectangle::new(corners, cell.colour().filled()))?;
        }
    }
    let mut x = 14;
    for (cell, text) in Cell::ALL {
        let corners = [(x, bottom + 18), (x + 12, bottom + 30)];
        area.draw(&Rectangle::new(corners, cell.colour().filled()))?;
        write(&area, text, (x + 17, bottom + 24), 12, GREY, HPos::Left)?;
        x += 36 + text.len() as i32 * 7;
    }
    area.present()?;
    Ok(())
}

/// A point of [`scatter`].
pub struct Point {
    pub name: String,
    pub wall: Wall,
    pub is_base: bool,
    pub x: f64,
    pub y: f64,
}

/// Two figures of each backend against one another, both on logarithmic scales.
pub fn scatter(
    file: &Path,
    title: &str,
    subtitle: &str,
    x_unit: fn(f64) -> String,
    y_unit: fn(f64) -> String,
    points: &[Point],
) -> Outcome {
    let (top, bottom) = (70, 470);
    let area = start(file, WIDTH, bottom + 70, title, subtitle)?;
    let across = Scale::of(points.iter().map(|point| point.x), 80, WIDTH - 150);
    let down = Scale::of(points.iter().map(|point| point.y), 0, bottom - top);
    let y = |value: f64| bottom - down.x(value);
    for tick in across.ticks() {
        line(&area, (across.x(tick), top), (across.x(tick), bottom), LINE)?;
        write(&area, &x_unit(tick), (across.x(tick), bottom + 13), 11, GREY, HPos::Center)?;
    }
    for tick in down.ticks() {
        line(&area, (80, y(tick)), (WIDTH - 150, y(tick)), LINE)?;
        write(&area, &y_unit(tick), (72, y(tick)), 11, GREY, HPos::Right)?;
    }
    let places: Vec<(i32, i32)> =
        points.iter().map(|point| (across.x(point.x), y(point.y))).collect();
    // Each name takes the first place beside its point where nothing else stands.
    let mut taken: Vec<[i32; 4]> =
        places.iter().map(|(x, y)| [x - 7, y - 7, x + 7, y + 7]).collect();
    for (point, (x, y)) in points.iter().zip(&places) {
        let fill = if point.is_base { OWN } else { colour(point.wall) };
        area.draw(&Circle::new((*x, *y), if point.is_base { 8 } else { 6 }, fill.filled()))?;
        let width = point.name.chars().count() as i32 * 7;
        let sides = [
            (x + 12, *y, x + 12, HPos::Left),
            (x - 12, *y, x - 12 - width, HPos::Right),
            (*x, y - 16, x - width / 2, HPos::Center),
            (*x, y + 16, x - width / 2, HPos::Center),
        ];
        let free = |(_, y, left, _): &&(i32, i32, i32, HPos)| {
            let own = [*left, y - 7, left + width, y + 7];
            taken.iter().all(|other| {
                own[2] < other[0] || other[2] < own[0] || own[3] < other[1] || other[3] < own[1]
            })
        };
        let (text_x, text_y, left, pos) = *sides.iter().find(free).unwrap_or(&sides[0]);
        taken.push([left, text_y - 7, left + width, text_y + 7]);
        if point.is_base {
            write_bold(&area, &point.name, (text_x, text_y), 14, OWN, pos)?;
        } else {
            write(&area, &point.name, (text_x, text_y), 12, BLACK, pos)?;
        }
    }
    let walls: Vec<Wall> = points.iter().map(|point| point.wall).collect();
    legend(&area, &walls, bottom + 44)?;
    area.present()?;
    Ok(())
}
