//! The workers of a server and their settings, from the command line and from `wrangler` files.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use serde_json::Value as Json;

use super::args::ServeArgs;
use super::assets::AssetsArgs;
use super::wrangler::{self, Config, Service};
use crate::args::{CompatibilityFlag, ProgramArgs};

/// Flags that ask for what is done anyway.
const ALWAYS: [&str; 1] = ["enable_request_signal"];

/// The settings of a server.
pub(crate) struct Settings {
    pub(crate) served: WorkerArgs,
    /// The workers that `services` may name, with the one that is served.
    pub(crate) services: Vec<WorkerArgs>,
    pub(crate) assets: Option<AssetsArgs>,
    pub(crate) cron: Vec<String>,
    /// The notes for the user.
    pub(crate) notes: Vec<String>,
}

/// One worker.
pub(crate) struct WorkerArgs {
    /// The name by which `services` find it.
    pub(crate) name: Option<String>,
    pub(crate) program: ProgramArgs,
    /// The folder of `.dev.vars`. `None` if there is none.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) env_files: Vec<PathBuf>,
    pub(crate) vars: Vec<(String, Json)>,
    pub(crate) services: Vec<Service>,
    /// The name of the binding of the static files.
    pub(crate) assets: Option<String>,
}

impl WorkerArgs {
    /// Creates the worker that the command line describes.
    fn new(args: &ServeArgs) -> Self {
        let program = args.program.clone();
        let folder = (program.file != "-").then(|| folder_of(Path::new(&program.file)));
        Self {
            name: None,
            folder,
            program,
            env_files: args.env_file.clone(),
            vars: Vec::new(),
            services: Vec::new(),
            assets: None,
        }
    }

    /// Creates a worker with the limits and the network of the command line, and nothing else.
    fn another(args: &ServeArgs, file: &Path) -> Self {
        let mut worker = Self::new(args);
        let program = &mut worker.program;
        program.file = file.to_string_lossy().into_owned();
        (program.root, program.entrypoint) = (None, None);
        (program.env, program.modules) = (Vec::new(), Vec::new());
        (program.loaders, program.compatibility_flags) = (Vec::new(), Vec::new());
        worker.folder = Some(folder_of(file));
        worker.env_files = Vec::new();
        worker
    }

    /// Takes over the settings of a file. Those of the command line come first.
    fn apply(&mut self, config: &mut Config, path: &Path, notes: &mut Vec<String>) {
        let at = |text: &str| format!("{}: {text}", path.display());
        let folder = folder_of(path);
        notes.extend(
            config.unsupported().map(|key| at(&format!("\"{key}\" is not supported, and ignored"))),
        );
        self.name = config.name.take();
        self.program.root.get_or_insert_with(|| folder.clone());
        self.folder = Some(folder);
        self.vars = std::mem::take(&mut config.vars).into_iter().collect();
        let loaders = config.worker_loaders.drain(..).map(|loader| loader.binding);
        self.program.loaders.extend(loaders);
        self.services = std::mem::take(&mut config.services);
        // The flags of the command line come last, and the last one counts.
        let mut flags = Vec::new();
        for flag in &config.compatibility_flags {
            match CompatibilityFlag::from_str(flag, false) {
                Ok(flag) => flags.push(flag),
                Err(_) if ALWAYS.contains(&flag.as_str()) => {}
                Err(_) => notes.push(at(&format!("the flag \"{flag}\" has no effect"))),
            }
        }
        flags.append(&mut self.program.compatibility_flags);
        self.program.compatibility_flags = flags;
    }
}

impl Settings {
    /// Reads the `wrangler` files among the arguments, and one beside FILE whose `main` it is.
    /// Adds the files that were read or looked for to `files`, whether that succeeds or not.
    ///
    /// # Errors
    /// Errors if a file is none, or names a service that is none of the workers.
    pub(crate) fn read(args: &ServeArgs, files: &mut Vec<PathBuf>) -> Result<Self, String> {
        let mut settings = Self {
            served: WorkerArgs::new(args),
            services: Vec::new(),
            assets: args.assets.clone().map(AssetsArgs::new),
            cron: args.cron.clone(),
            notes: Vec::new(),
        };
        let file = PathBuf::from(&args.program.file);
        if wrangler::is_config(&file) {
            files.push(file.clone());
            let config = Config::read(&file)?;
            let main = main_of(&config, &file)?;
            settings.served.program.file = main.to_string_lossy().into_owned();
            settings.apply(config, &file)?;
        } else if args.program.file != "-" {
            settings.beside(&file, files)?;
        }
        for file in &args.services {
            files.push(file.clone());
            settings.add_service(args, file)?;
        }
        settings.check()?;
        Ok(settings)
    }

    /// Applies the file beside FILE, if FILE is its `main`.
    fn beside(&mut self, file: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
        let folder = folder_of(file);
        let all: Vec<_> = wrangler::NAMES.iter().map(|name| folder.join(name)).collect();
        files.extend(all.iter().cloned());
        let Some(beside) = all.into_iter().find(|path| path.exists()) else { return Ok(()) };
        let config = Config::read(&beside)?;
        let real = |path: &Path| path.canonicalize().ok();
        let is_its_main = config.main.as_ref().is_some_and(|main| {
            let main = real(&folder.join(main));
            main.is_some() && main == real(file)
        });
        if !is_its_main {
            let shown = beside.display();
            self.notes.push(format!("{shown} is not read: its \"main\" is not FILE"));
            return Ok(());
        }
        self.notes.push(format!("the settings of {} are used", beside.display()));
        self.apply(config, &beside)
    }

    /// Applies a file to the worker that is served, and to the server.
    fn apply(&mut self, mut config: Config, path: &Path) -> Result<(), String> {
        self.served.apply(&mut config, path, &mut self.notes);
        if let Some(assets) = config.assets {
            self.served.assets.clone_from(&assets.binding);
            let given = self.assets.take().map(|assets| assets.directory);
            let directory = given.or(assets.directory.map(|it| folder_of(path).join(it)));
            let Some(directory) = directory else {
                return Err(format!("{}: \"assets.directory\" is missing", path.display()));
            };
            self.assets = Some(AssetsArgs {
                directory,
                html: assets.html_handling,
                not_found: assets.not_found_handling,
                worker_first: assets.run_worker_first,
            });
        }
        if self.cron.is_empty() {
            self.cron = config.triggers.crons;
        }
        Ok(())
    }

    fn add_service(&mut self, args: &ServeArgs, file: &Path) -> Result<(), String> {
        let at = |text: &str| format!("{}: {text}", file.display());
        if !wrangler::is_config(file) {
            let names = wrangler::NAMES.join(", ");
            return Err(at(&format!("a further worker is one of these files: {names}")));
        }
        let mut config = Config::read(file)?;
        let mut worker = WorkerArgs::another(args, &main_of(&config, file)?);
        worker.apply(&mut config, file, &mut self.notes);
        if worker.name.is_none() {
            return Err(at("there is no \"name\", by which services find it"));
        }
        let is_given =
            [("assets", config.assets.is_some()), ("triggers", !config.triggers.crons.is_empty())];
        for (key, _) in is_given.iter().filter(|(_, is_given)| *is_given) {
            self.notes.push(at(&format!("\"{key}\" of a service is not supported, and ignored")));
        }
        self.services.push(worker);
        Ok(())
    }

    /// Checks that each name is that of one worker.
    fn check(&self) -> Result<(), String> {
        let workers = || std::iter::once(&self.served).chain(&self.services);
        let count =
            |name: &str| workers().filter(|worker| worker.name.as_deref() == Some(name)).count();
        for worker in workers() {
            if let Some(name) = worker.name.as_deref().filter(|name| count(name) > 1) {
                return Err(format!("two workers have the name {name:?}"));
            }
            for Service { binding, service, .. } in &worker.services {
                if count(service) == 0 {
                    return Err(format!(
                        "{}: \"services\" names {service:?} for {binding}, which is no worker here: \
                         give its wrangler file as a further argument",
                        worker.program.file
                    ));
                }
            }
        }
        Ok(())
    }
}

fn main_of(config: &Config, path: &Path) -> Result<PathBuf, String> {
    let main = config.main.as_ref().map(|main| folder_of(path).join(main));
    main.ok_or_else(|| format!("{}: there is no \"main\"", path.display()))
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}
