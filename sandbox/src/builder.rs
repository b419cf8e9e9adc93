//! Starting a sandbox.

use crate::clock::Clock;
use crate::error::Error;
use crate::faults::{Faults, Rule};
use crate::limits::{Limits, RateLimit};
use crate::log::Origin;
use crate::s3::Signer;
use crate::sandbox::Sandbox;
use crate::server;
use crate::state::{Clients, Origins, State};
use crate::text;
use crate::world::{Settings, World, add_samples, load_folder};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, SystemTime};
use tokio_rustls::TlsAcceptor;

/// How a sandbox shall be, before it starts.
#[derive(Clone, Debug)]
pub struct Builder {
    tls: bool,
    data_dir: Option<PathBuf>,
    samples: bool,
    ready_after: Duration,
    token_lifetime: Duration,
    ports: [u16; 3],
    settings: Settings,
    faults: Vec<Rule>,
    limits: Vec<RateLimit>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            tls: false,
            data_dir: None,
            samples: true,
            ready_after: Duration::ZERO,
            token_lifetime: Duration::from_secs(3600),
            ports: [0; 3],
            settings: Settings::default(),
            faults: Vec::new(),
            limits: Vec::new(),
        }
    }
}

impl Builder {
    /// All three servers speak TLS, with certificates made at start.
    pub fn tls(mut self, tls: bool) -> Builder {
        self.tls = tls;
        self
    }

    /// Serves the files of a folder (`designs/<name>/…`, `buckets/<key>/…`) in place of the samples.
    pub fn data_dir(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.data_dir = Some(folder.into());
        self.samples = false;
        self
    }

    /// Begins empty.
    pub fn no_samples(mut self) -> Builder {
        self.samples = false;
        self
    }

    /// How long the first sample design says that it is still being translated.
    pub fn ready_after(mut self, time: Duration) -> Builder {
        self.ready_after = time;
        self
    }

    /// How long tokens live; an hour, when nothing is said.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Builder {
        self.token_lifetime = lifetime;
        self
    }

    /// The ports of API, CDN and S3. 0 is any free one.
    pub fn ports(mut self, api: u16, cdn: u16, s3: u16) -> Builder {
        self.ports = [api, cdn, s3];
        self
    }

    /// Switches for what APS leaves open.
    pub fn settings(mut self, settings: Settings) -> Builder {
        self.settings = settings;
        self
    }

    /// The login page answers at once: as if the user had allowed, or denied.
    pub fn auto_login(mut self, allow: bool) -> Builder {
        self.settings.auto_login = Some(if allow { "allow" } else { "deny" }.to_owned());
        self
    }

    /// A fault from the start.
    pub fn fault(mut self, rule: Rule) -> Builder {
        self.faults.push(rule);
        self
    }

    /// A rate limit from the start.
    pub fn rate_limit(mut self, limit: RateLimit) -> Builder {
        self.limits.push(limit);
        self
    }

    /// Starts the servers; they answer when this returns.
    pub fn start(self) -> Result<Sandbox, Error> {
        let clock = Clock::default();
        let now = clock.now();
        let world = self.world(now)?;
        let (authority, folder, ca_file) = if self.tls {
            let authority = server::create_authority()?;
            let folder =
                tempfile::tempdir().map_err(|e| Error::io("cannot make a temporary folder", e))?;
            let path = folder.path().join("ca.pem");
            std::fs::write(&path, &authority.ca_pem)
                .map_err(|e| Error::io("cannot write the certificate", e))?;
            (Some(authority), Some(folder), Some(path))
        } else {
            (None, None, None)
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(16)
            .thread_name("apsfetch-sandbox")
            .enable_all()
            .build()
            .map_err(|e| Error::io("cannot start threads", e))?;

        // Sockets belong to the runtime that is current when they are made.
        let guard = runtime.enter();
        let scheme = if self.tls { "https" } else { "http" };
        let mut listeners = Vec::new();
        let mut origins = Vec::new();
        for port in self.ports {
            let failed = |e| Error::io(format!("cannot listen on port {port} of 127.0.0.1"), e);
            let listener = server::bind(port).map_err(failed)?;
            origins.push(format!(
                "{scheme}://{}",
                listener.local_addr().map_err(failed)?
            ));
            listeners.push(listener);
        }
        let mut limits = Limits::default();
        limits.set(self.limits);
        let mut faults = Faults::default();
        for rule in self.faults {
            faults.add(rule);
        }
        let state = Arc::new(State {
            clock,
            started: now,
            scheme,
            origins: Origins {
                api: origins[0].clone(),
                cdn: origins[1].clone(),
                s3: origins[2].clone(),
            },
            clients: Clients {
                id: format!("sandbox-{}", text::hex(&text::random::<12>())),
                secret: text::secret::<24>(),
                public_id: format!("sandbox-public-{}", text::hex(&text::random::<12>())),
            },
            token_lifetime: Mutex::new(self.token_lifetime),
            signer: Signer::new(),
            tokens: Mutex::default(),
            world: Mutex::new(world),
            log: crate::log::Log::default(),
            faults: Mutex::new(faults),
            limits: Mutex::new(limits),
            ca_file,
            stop: crate::state::StopRequest::default(),
            connections: std::sync::atomic::AtomicU64::new(0),
        });
        for (listener, origin) in listeners
            .into_iter()
            .zip([Origin::Api, Origin::Cdn, Origin::S3])
        {
            let acceptor = authority
                .as_ref()
                .map(|authority| TlsAcceptor::from(Arc::clone(&authority.config)));
            runtime.spawn(server::run(listener, origin, Arc::clone(&state), acceptor));
        }
        drop(guard);

        // A runtime must not be dropped by a thread that is itself inside one, and ours may be dropped anywhere:
        // a thread of its own does it.
        let (stop, stopped) = mpsc::channel::<()>();
        let keeper = std::thread::Builder::new()
            .name("apsfetch-sandbox-keeper".to_owned())
            .spawn(move || {
                let _ = stopped.recv();
                // Waits for all threads of the runtime.
                drop(runtime);
            })
            .map_err(|e| Error::io("cannot start a thread", e))?;
        Ok(Sandbox::new(state, stop, keeper, folder))
    }

    fn world(&self, now: SystemTime) -> Result<World, Error> {
        let mut world = World {
            settings: self.settings.clone(),
            ..World::default()
        };
        if self.samples {
            add_samples(&mut world, self.ready_after, now);
        }
        if let Some(folder) = &self.data_dir {
            load_folder(&mut world, folder, now)?;
        }
        Ok(world)
    }
}
