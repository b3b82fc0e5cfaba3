//! The program that is served, and its reloading.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use isolet::{
    Engine, Entrypoint, Error, HttpService, LogLine, Stub, WebSockets, Worker, WorkerCode,
};
use serde_json::json;
use tokio::sync::Mutex;

use super::args::{ServeArgs, Warm};
use super::assets::{Assets, AssetsBinding};
use super::env_files::{self, DEV_VARS};
use super::metrics::Metrics;
use super::services::Services;
use super::settings::{Settings, WorkerArgs};
use super::watch::Stamps;
use crate::args::ProgramArgs;
use crate::code::{self, Made};
use crate::disk::Folder;
use crate::run::{Failure, stack_of};
use crate::terminal::Terminal;

/// A program that has loaded.
pub(crate) struct Program {
    /// The export that is served. Its own sandbox is that of `scheduled`.
    pub(crate) entrypoint: Entrypoint,
    pub(crate) service: HttpService,
    pub(crate) assets: Option<Arc<Assets>>,
}

/// The parts of a program, before anything is executed.
pub(crate) struct Parts {
    served: Part,
    services: Vec<Part>,
    assets: Option<Arc<Assets>>,
    pub(crate) cron: Vec<String>,
}

/// The parts of a worker.
struct Part {
    args: WorkerArgs,
    code: WorkerCode,
    /// The folder that the code imports from, and its path.
    folder: (PathBuf, Arc<Folder>),
    /// The paths that are read while the code runs.
    readable: Vec<PathBuf>,
}

impl Parts {
    /// Reads all files. Adds them, and those that were looked for, to `files`, whether that
    /// succeeds or not.
    ///
    /// # Errors
    /// Errors if a file cannot be read, or the arguments are wrong.
    pub(crate) fn read(
        args: &ServeArgs,
        terminal: &Terminal,
        files: &mut Vec<PathBuf>,
    ) -> Result<Self, String> {
        let settings = Settings::read(args, files)?;
        settings.notes.iter().for_each(|note| terminal.note(note));
        let mut read = |args| Part::read(args, terminal, files);
        Ok(Self {
            served: read(settings.served)?,
            services: settings.services.into_iter().map(read).collect::<Result<_, _>>()?,
            assets: settings.assets.map(Assets::open).transpose()?.map(Arc::new),
            cron: settings.cron,
        })
    }

    /// Returns the paths that are read while the program is served.
    pub(crate) fn readable(&self) -> impl Iterator<Item = PathBuf> {
        let assets = self.assets.iter().map(|assets| assets.directory.clone());
        self.parts().flat_map(|part| part.readable.iter().cloned()).chain(assets)
    }

    /// Returns the folders that the workers import from.
    fn folders(&self) -> Vec<(PathBuf, Arc<Folder>)> {
        self.parts().map(|part| part.folder.clone()).collect()
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.served).chain(&self.services)
    }

    /// Returns the programs of all workers, the one that is served first.
    pub(crate) fn programs(&self) -> impl Iterator<Item = &ProgramArgs> {
        self.parts().map(|part| &part.args.program)
    }
}

impl Part {
    /// Reads the code of a worker.
    fn read(
        args: WorkerArgs,
        terminal: &Terminal,
        files: &mut Vec<PathBuf>,
    ) -> Result<Self, String> {
        let mut program = args.program.clone();
        files.extend(program.modules.iter().map(|(_, path)| path.clone()));
        files.extend(args.env_files.iter().cloned());
        if program.file != "-" {
            files.push(program.file.clone().into());
        }
        let dev_vars = args.folder.as_ref().map(|folder| folder.join(DEV_VARS));
        files.extend(dev_vars.iter().cloned());
        let dev_vars = dev_vars.filter(|path| path.exists());
        if let Some(path) = &dev_vars {
            terminal.note(&format!("env has the variables of {}", path.display()));
        }
        env_files::add(&mut program.env, dev_vars.iter().chain(&args.env_files))?;
        for (name, value) in &args.vars {
            if program.env.iter().all(|(given, _)| given != name) {
                program.env.push((name.clone(), value.clone()));
            }
        }
        let Made { code, readable, folder, .. } =
            code::made(&program).map_err(Failure::into_text)?;
        let root = readable.first().cloned().unwrap_or_else(|| PathBuf::from("."));
        Ok(Self { args, code, folder: (root, folder), readable })
    }
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
    /// The holder of the lock reloads.
    watched: Mutex<Watched>,
}

/// The files of the program that was loaded last, as they were when they were read.
struct Watched {
    stamps: Stamps,
    folders: Vec<(PathBuf, Arc<Folder>)>,
}

/// The means to make programs.
pub(crate) struct Source {
    pub(crate) args: Arc<ServeArgs>,
    pub(crate) engine: Engine,
    pub(crate) terminal: Arc<Terminal>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) sandboxes: u32,
    pub(crate) web_sockets: WebSockets,
    pub(crate) services: Arc<Services>,
}

impl Source {
    /// Loads the workers.
    ///
    /// # Errors
    /// Errors if one of them does not load.
    async fn load(&self, parts: Parts) -> Result<Program, Broken> {
        let Parts { served, services, assets, .. } = parts;
        let mut named = BTreeMap::new();
        let warm = self.args.warm.as_ref();
        let name = served.args.name.clone();
        let (entrypoint, worker) = self.worker(served, warm, assets.as_ref()).await?;
        named.extend(name.map(|name| (name, worker)));
        for part in services {
            let name = part.args.name.clone();
            let (_, worker) = self.worker(part, None, None).await?;
            named.extend(name.map(|name| (name, worker)));
        }
        self.services.replace(named);
        let service = HttpService::new(entrypoint.clone())
            .sandboxes(self.sandboxes as usize)
            .queue(self.args.queue)
            .max_body_bytes(self.args.max_body)
            .behind_proxy(self.args.behind_proxy)
            .web_sockets(self.web_sockets.clone());
        Ok(Program { entrypoint, service, assets })
    }

    async fn worker(
        &self,
        part: Part,
        warm: Option<&Warm>,
        assets: Option<&Arc<Assets>>,
    ) -> Result<(Entrypoint, Worker), Error> {
        let Part { args, mut code, .. } = part;
        for service in &args.services {
            code = code.env(service.binding.clone(), service.stub(&self.services));
        }
        if let (Some(name), Some(assets)) = (&args.assets, assets) {
            code = code.env(name.clone(), Stub::new(AssetsBinding(Arc::clone(assets))));
        }
        #[cfg(feature = "cache")]
        let is_cached = args.program.cache.is_some();
        #[cfg(not(feature = "cache"))]
        let is_cached = false;
        let held = Arc::new(HeldLog::new(&self.terminal, !self.args.fresh));
        let log = Arc::clone(&held);
        let worker = self.engine.loader().load(code.on_log(move |line| log.line(line)))?;
        let entrypoint = |worker: &Worker| crate::run::entrypoint(&args.program, worker);
        let has_image = match warm {
            Some(warm) => {
                let url = format!("http://localhost{}", warm.path);
                let request =
                    json!({ "url": url, "method": warm.method, "headers": [], "body": null });
                entrypoint(&worker).warm_up("fetch", (request,)).await
            }
            None => worker.prepare().await,
        };
        let loads_again = !is_cached || matches!(has_image, Ok(false));
        held.release(has_image.is_err() || !loads_again);
        if !has_image? && warm.is_some() {
            let each = if self.args.fresh { "request" } else { "sandbox" };
            self.terminal.note(&format!(
                "the program or its warm-up leaves something pending, such as a timer or a \
                 call, so that each {each} loads the program anew"
            ));
        }
        let worker = match (self.args.fresh, is_cached) {
            (true, _) => worker.fresh_per_call(),
            (false, true) => worker.starting_from_image(),
            (false, false) => worker,
        };
        Ok((entrypoint(&worker), worker))
    }
}

/// The log of a worker. Without `--fresh`, and without an image to start from, each sandbox loads the
/// program, and logs that. The load that shows whether the program is good is then one more. Its
/// lines are held until that is known, and printed if they are not repeated.
struct HeldLog {
    terminal: Arc<Terminal>,
    held: std::sync::Mutex<Option<Vec<LogLine>>>,
}

impl HeldLog {
    fn new(terminal: &Arc<Terminal>, is_held: bool) -> Self {
        let held = std::sync::Mutex::new(is_held.then(Vec::new));
        Self { terminal: Arc::clone(terminal), held }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Vec<LogLine>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, line: &LogLine) {
        match &mut *self.held() {
            // `Limits::log_bytes` bounds them.
            Some(held) => held.push(line.clone()),
            None => self.terminal.log(line),
        }
    }

    /// Ends the holding, and prints or drops the lines.
    fn release(&self, prints: bool) {
        let held = self.held().take().filter(|_| prints);
        held.iter().flatten().for_each(|line| self.terminal.log(line));
    }
}

impl Current {
    /// Loads the program for the first time, from files that were read.
    ///
    /// # Errors
    /// Errors if it does not load.
    pub(crate) async fn load(
        source: Source,
        parts: Parts,
        files: Vec<PathBuf>,
    ) -> Result<Self, Broken> {
        // Taken first: a change while the program loads is another change.
        let watched = Watched { stamps: Stamps::of(files), folders: parts.folders() };
        let program = RwLock::new(Arc::new(source.load(parts).await?));
        Ok(Self { source, program, watched: Mutex::new(watched) })
    }

    /// Returns the program. With `--watch`, loads it again if one of its files has changed.
    pub(crate) async fn get(&self) -> Arc<Program> {
        if self.source.args.watch {
            self.reload_if_changed().await;
        }
        Arc::clone(&self.program.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn reload_if_changed(&self) {
        let Source { args, terminal, metrics, .. } = &self.source;
        // Further requests wait for the changed program too.
        let mut watched = self.watched.lock().await;
        let Watched { stamps, folders } = &mut *watched;
        // Modules may have been imported since.
        for (root, folder) in folders.iter() {
            stamps.add(folder.names().iter().map(|name| root.join(name)).collect());
        }
        if !stamps.have_changed() {
            return;
        }
        let mut now = stamps.again();
        let mut files = Vec::new();
        let parts = Parts::read(args, terminal, &mut files);
        now.add(files);
        *stamps = now;
        if let Ok(parts) = &parts {
            *folders = parts.folders();
        }
        let program = match parts {
            Ok(parts) => self.source.load(parts).await,
            Err(text) => Err(Broken::Arguments(text)),
        };
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
