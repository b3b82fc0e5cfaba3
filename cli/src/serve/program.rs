//! The program that is served, and its reloading.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use isolet::{Engine, Entrypoint, Error, HttpService, WebSockets};
use serde_json::json;
use tokio::sync::Mutex;

use super::args::ServeArgs;
use super::env_files::Variables;
use super::metrics::Metrics;
use super::watch::Stamps;
use crate::code;
use crate::disk::Folder;
use crate::run::stack_of;
use crate::terminal::Terminal;

/// A program that has loaded.
pub(crate) struct Program {
    /// The export that is served. Its own sandbox is that of `scheduled`.
    pub(crate) entrypoint: Entrypoint,
    pub(crate) service: HttpService,
    folder: Arc<Folder>,
}

/// The reason why a program does not load.
pub(crate) enum Broken {
    /// The arguments, or a file that they name, are wrong.
    Arguments(String),
    Worker(Error),
}

impl Broken {
    pub(crate) fn print(&self, terminal: &Terminal, doing: &str) {
        match self {
            Self::Arguments(text) => terminal.error(format_args!("{doing}{text}"), None),
            Self::Worker(error) => {
                terminal.error(format_args!("{doing}{error}"), stack_of(error).as_deref());
            }
        }
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Worker(error)
    }
}

/// The program of now.
pub(crate) struct Current {
    source: Source,
    program: RwLock<Arc<Program>>,
    /// The files, as they were when they were last read. Whoever holds it reloads.
    stamps: Mutex<Stamps>,
}

/// What a program is made from.
pub(crate) struct Source {
    pub(crate) args: Arc<ServeArgs>,
    pub(crate) engine: Engine,
    pub(crate) terminal: Arc<Terminal>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) sandboxes: u32,
    pub(crate) web_sockets: WebSockets,
}

impl Source {
    /// Loads the program. Returns the files that it was made from as well, whether it loads or
    /// not.
    async fn load(&self) -> (Result<Program, Broken>, Vec<PathBuf>) {
        let args = &self.args;
        let mut files: Vec<PathBuf> = args.program.modules.iter().map(|it| it.1.clone()).collect();
        files.extend(args.env_file.iter().cloned());
        if args.program.file != "-" {
            files.push(args.program.file.clone().into());
        }
        let loaded = self.code(&mut files).map_err(Broken::Arguments);
        let (code, folder) = match loaded {
            Ok(loaded) => loaded,
            Err(broken) => return (Err(broken), files),
        };
        let program = self.program(code, &folder).await;
        files.extend(self.files_of(&folder));
        (program, files)
    }

    fn code(&self, files: &mut Vec<PathBuf>) -> Result<(isolet::WorkerCode, Arc<Folder>), String> {
        let args = &self.args;
        let beside = Path::new(&args.program.file).parent().filter(|_| args.program.file != "-");
        let variables = Variables::read(args.folder.as_deref().or(beside), &args.env_file)?;
        if let Some(path) = &variables.dev_vars {
            files.push(path.clone());
            self.terminal.note(&format!("env has the variables of {}", path.display()));
        }
        let mut program = args.program.clone();
        variables.add_to(&mut program.env);
        for (name, value) in &args.vars {
            if program.env.iter().all(|(given, _)| given != name) {
                program.env.push((name.clone(), value.clone()));
            }
        }
        code::code_and_folder(&program)
    }

    async fn program(
        &self,
        code: isolet::WorkerCode,
        folder: &Arc<Folder>,
    ) -> Result<Program, Broken> {
        let terminal = Arc::clone(&self.terminal);
        let code = code.on_log(move |line| terminal.log(line));
        let mut worker = self.engine.loader().load(code)?;
        if let Some(warm) = &self.args.warm {
            let url = format!("http://localhost{}", warm.path);
            let request = json!({ "url": url, "method": warm.method, "headers": [], "body": null });
            let entrypoint = crate::run::entrypoint(&self.args.program, &worker);
            if !entrypoint.warm_up("fetch", (request,)).await? {
                self.terminal.note(
                    "the program or its warm-up leaves something pending, such as a timer or a \
                     call, so that each request loads the program anew",
                );
            }
        } else {
            worker.prepare().await?;
        }
        if self.args.fresh {
            worker = worker.fresh_per_call();
        }
        let entrypoint = crate::run::entrypoint(&self.args.program, &worker);
        let service = HttpService::new(entrypoint.clone())
            .sandboxes(self.sandboxes as usize)
            .queue(self.args.queue)
            .max_body_bytes(self.args.max_body)
            .behind_proxy(self.args.behind_proxy)
            .web_sockets(self.web_sockets.clone());
        Ok(Program { entrypoint, service, folder: Arc::clone(folder) })
    }

    fn files_of(&self, folder: &Folder) -> Vec<PathBuf> {
        let root = code::readable(&self.args.program);
        let root = root.first().map_or(Path::new("."), PathBuf::as_path);
        folder.names().iter().map(|name| root.join(name)).collect()
    }
}

impl Current {
    /// Loads the program for the first time.
    ///
    /// # Errors
    /// Errors if it does not load.
    pub(crate) async fn load(source: Source) -> Result<Self, Broken> {
        let (program, files) = source.load().await;
        let program = RwLock::new(Arc::new(program?));
        Ok(Self { source, program, stamps: Mutex::new(Stamps::of(files)) })
    }

    /// Returns the program. With `--watch`, loads it again if one of its files has changed.
    pub(crate) async fn get(&self) -> Arc<Program> {
        if self.source.args.watch {
            self.reload_if_changed().await;
        }
        Arc::clone(&self.program.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the program as it is.
    pub(crate) fn loaded(&self) -> Arc<Program> {
        Arc::clone(&self.program.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn reload_if_changed(&self) {
        let Source { args, terminal, metrics, .. } = &self.source;
        // Further requests wait for the changed program too.
        let mut stamps = self.stamps.lock().await;
        // Modules may have been imported since.
        stamps.add(self.source.files_of(&self.loaded().folder));
        if !stamps.have_changed() {
            return;
        }
        // Taken first: a change while the program loads is another change.
        let mut now = stamps.again();
        let (program, files) = self.source.load().await;
        now.add(files);
        *stamps = now;
        match program {
            Ok(program) => {
                metrics.reloads.inc();
                terminal.note(&format!("reloaded {}", args.program.file));
                let mut current = self.program.write().unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(program);
            }
            Err(broken) => {
                metrics.failed_reloads.inc();
                broken
                    .print(terminal, "the changed program does not load, and the old one stays: ");
            }
        }
    }
}
