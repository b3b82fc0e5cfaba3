//! `console.table`.

use rquickjs::{Array, Ctx, Function, Object, Result, Value};

use crate::globals::inspect::{Inspector, text};
use crate::globals::raw;

const MAX_ROWS: usize = 1_000;
const MAX_COLUMNS: usize = 50;

/// One row: its index, its cells by column, and the value of a row that is not an object.
struct Row {
    index: String,
    cells: Vec<(String, String)>,
    value: Option<String>,
}

/// Returns the table as text, or `None` if the data has no rows.
pub fn table<'js>(
    ctx: &Ctx<'js>,
    helpers: &Object<'js>,
    data: &Value<'js>,
    columns: Option<&Value<'js>>,
) -> Option<String> {
    let rows = rows(ctx, helpers, data);
    let Ok(rows) = rows else {
        ctx.catch();
        return None;
    };
    let rows = rows?;
    let mut names: Vec<String> = Vec::new();
    match columns.and_then(Value::as_array) {
        Some(columns) => {
            for column in columns.iter::<Value<'js>>().flatten() {
                names.push(raw::text(&column).unwrap_or_default());
            }
        }
        None => {
            for (name, _) in rows.iter().flat_map(|row| &row.cells) {
                if !names.contains(name) && names.len() < MAX_COLUMNS {
                    names.push(name.clone());
                }
            }
        }
    }
    let has_values = columns.is_none_or(|columns| !columns.is_array())
        && rows.iter().any(|row| row.value.is_some());
    let mut lines = vec![heading(&names, has_values)];
    for row in &rows {
        let mut line = vec![row.index.clone()];
        for name in &names {
            let cell = row.cells.iter().find(|(known, _)| known == name);
            line.push(cell.map(|(_, text)| text.clone()).unwrap_or_default());
        }
        if has_values {
            line.push(row.value.clone().unwrap_or_default());
        }
        lines.push(line);
    }
    Some(draw(&lines))
}

fn heading(names: &[String], has_values: bool) -> Vec<String> {
    let mut heading = vec!["(index)".to_owned()];
    heading.extend(names.iter().map(|name| text::escape(name)));
    if has_values {
        heading.push("Values".to_owned());
    }
    heading
}

fn rows<'js>(ctx: &Ctx<'js>, helpers: &Object<'js>, data: &Value<'js>) -> Result<Option<Vec<Row>>> {
    let Some(object) = data.as_object().filter(|object| !object.is_proxy()) else {
        return Ok(None);
    };
    let items = match &*raw::class_name(object) {
        "Map" => items(helpers, "mapEntries", object, 2)?,
        "Set" => items(helpers, "setValues", object, 1)?,
        _ => {
            let mut items = Vec::new();
            for key in raw::own_keys(object)?.into_iter().take(MAX_ROWS) {
                if key.is_symbol() {
                    break;
                }
                if let Some(raw::Property::Data { value, .. }) = raw::own_property(object, &key)? {
                    items.push((raw::text(&key)?, value));
                }
            }
            items
        }
    };
    let inspect = |value: &Value<'js>| Inspector::new(ctx, helpers, 0).inspect(value);
    let mut rows = Vec::new();
    for (index, value) in items {
        let mut row = Row { index: text::escape(&index), cells: Vec::new(), value: None };
        match value.as_object().filter(|object| !object.is_proxy() && !object.is_function()) {
            None => row.value = Some(inspect(&value)),
            Some(object) => {
                for key in raw::own_keys(object)?.into_iter().take(MAX_COLUMNS) {
                    if let Some(name) = key.as_string()
                        && let Some(raw::Property::Data { value, .. }) =
                            raw::own_property(object, &key)?
                    {
                        row.cells.push((raw::text(name)?, inspect(&value)));
                    }
                }
            }
        }
        rows.push(row);
    }
    Ok(Some(rows))
}

/// Returns the items of a `Map` or a `Set` with their numbers. Those of a `Map` are pairs.
fn items<'js>(
    helpers: &Object<'js>,
    helper: &str,
    object: &Object<'js>,
    width: usize,
) -> Result<Vec<(String, Value<'js>)>> {
    let flat: Array<'js> =
        helpers.get::<_, Function<'js>>(helper)?.call((object.clone(), MAX_ROWS))?;
    let mut items = Vec::new();
    for index in 0..flat.len() / width {
        let value = if width == 1 {
            flat.get(index)?
        } else {
            let pair = Object::new(object.ctx().clone())?;
            pair.set("Key", flat.get::<Value<'js>>(index * width)?)?;
            pair.set("Value", flat.get::<Value<'js>>(index * width + 1)?)?;
            pair.into_value()
        };
        items.push((index.to_string(), value));
    }
    Ok(items)
}

fn draw(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns)
        .map(|column| lines.iter().map(|line| text::width(&line[column])).max().unwrap_or(0) + 2)
        .collect();
    let rule = |left: &str, middle: &str, right: &str| {
        let dashes: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        format!("{left}{}{right}", dashes.join(middle))
    };
    let mut drawn = vec![rule("┌", "┬", "┐")];
    for (index, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| {
                let space = " ".repeat(width - 1 - text::width(cell));
                format!(" {cell}{space}")
            })
            .collect();
        drawn.push(format!("│{}│", cells.join("│")));
        if index == 0 {
            drawn.push(rule("├", "┼", "┤"));
        }
    }
    drawn.push(rule("└", "┴", "┘"));
    drawn.join("\n")
}
