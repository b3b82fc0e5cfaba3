//! The command as a whole process.

use std::process::Command;
use std::time::Instant;

use crate::row;

pub(crate) fn run() -> Result<(), Box<dyn std::error::Error>> {
    // A bench is in the folder `deps`, which is beside the command.
    let exe = std::env::current_exe()?;
    let isolet =
        exe.ancestors().skip(1).map(|folder| folder.join("isolet")).find(|it| it.is_file());
    let Some(isolet) = isolet else {
        println!("| `isolet run`, whole process | build isolet-cli first | |");
        return Ok(());
    };
    let folder = std::env::temp_dir().join(format!("isolet-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("agent.js");
    std::fs::write(&file, crate::AGENT)?;
    let mut times = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        let output = Command::new(&isolet)
            .arg("run")
            .arg(&file)
            .args(["--call", "myAgent", "--arg", r#"{"value":21}"#])
            .output()?;
        times.push(began.elapsed());
        assert_eq!(output.stdout, b"{\"doubled\":42}\n");
    }
    std::fs::remove_dir_all(&folder)?;
    row("`isolet run` of the small agent, whole process", 1, times);
    Ok(())
}
