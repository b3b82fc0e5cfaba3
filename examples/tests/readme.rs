//! The programs of the README are the ones that are compiled here.

#[test]
fn the_readme_quotes_the_example() {
    let readme = include_str!("../../README.md");
    let example = include_str!("../chat.rs");
    let program = example.split_once("\n\n").map_or(example, |(_, program)| program);
    assert!(readme.contains(program.trim()), "README.md does not quote examples/chat.rs");
}
