//! `--cron`.

use super::{PROGRAM, Server};
use crate::folder::Folder;

#[test]
fn scheduled_is_called_by_the_clock() {
    let server = Server::start(&Folder::js("serve-cron", PROGRAM), &["--cron", "* * * * * *"]);
    server.wait_for("| scheduled * * * * * * 0");
    server.wait_for("scheduled \"* * * * * *\" ok");
    let _ = server.stop();
    let folder = Folder::js("serve-no-cron", "export default { fetch() {} }");
    let server = Server::start(&folder, &["--cron", "* * * * * *"]);
    server.wait_for("error: scheduled \"* * * * * *\": ");
    let _ = server.stop();
}
