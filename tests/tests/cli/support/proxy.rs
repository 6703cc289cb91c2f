//! A cable that can be pulled: between processes of this machine and what they talk to, for all of them or for one alone.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Where a cable leads.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// A port of this machine.
    Port(u16),
    /// A socket file.
    Socket(PathBuf),
}

/// A listener on loopback that hands everything on, both ways.
pub(crate) struct Proxy {
    /// Where to connect.
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    target: Mutex<Target>,
    /// Processes whose cable is pulled.
    cut: Mutex<BTreeSet<u32>>,
    open: Mutex<Vec<(SocketAddr, TcpStream)>>,
    has_ended: AtomicBool,
}

impl Proxy {
    /// Listens on a free port.
    pub(crate) fn to(target: Target) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            target: Mutex::new(target),
            cut: Mutex::default(),
            open: Mutex::default(),
            has_ended: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if serving.has_ended.load(Ordering::SeqCst) {
                    return;
                }
                // Whoever cannot be connected sees a closed connection, as on a broken network.
                let _ = serving.connect(client);
            }
        });
        Self { port, shared }
    }

    /// Leads elsewhere from now on; what is connected is cut.
    pub(crate) fn lead_to(&self, target: Target) {
        *self.shared.target.lock().unwrap() = target;
        self.shared.close(|_| true);
    }

    /// Pulls the cable of one process.
    pub(crate) fn cut(&self, process: u32) {
        self.shared.cut.lock().unwrap().insert(process);
        self.shared.close(|client| owns(process, client));
    }

    /// Plugs it in again.
    pub(crate) fn mend(&self, process: u32) {
        self.shared.cut.lock().unwrap().remove(&process);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.has_ended.store(true, Ordering::SeqCst);
        self.shared.close(|_| true);
        // The listener looks once more, and sees that it has ended.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn connect(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        let peer = client.peer_addr()?;
        if self.cut.lock().unwrap().iter().any(|process| owns(*process, peer)) {
            return client.shutdown(Shutdown::Both);
        }
        let target = self.target.lock().unwrap().clone();
        match target {
            Target::Port(port) => {
                let server = TcpStream::connect(("127.0.0.1", port))?;
                self.join(peer, client, [server.try_clone()?, server.try_clone()?], move || {
                    // It may be closed already.
                    let _ = server.shutdown(Shutdown::Both);
                })
            }
            Target::Socket(path) => {
                let server = UnixStream::connect(path)?;
                self.join(peer, client, [server.try_clone()?, server.try_clone()?], move || {
                    // It may be closed already.
                    let _ = server.shutdown(Shutdown::Both);
                })
            }
        }
    }

    /// Two threads, one for each direction; when one of them ends, both connections do.
    fn join<S: Read + Write + Send + 'static>(
        self: &Arc<Self>,
        peer: SocketAddr,
        client: TcpStream,
        [mut from_server, mut to_server]: [S; 2],
        close_server: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<()> {
        client.set_nodelay(true)?;
        self.open.lock().unwrap().push((peer, client.try_clone()?));
        let close_server = Arc::new(close_server);
        let (mut from_client, mut to_client, closing) = (client.try_clone()?, client, Arc::clone(&close_server));
        thread::spawn(move || {
            // However it ends, both ends are closed.
            let _ = io::copy(&mut from_client, &mut to_server);
            let _ = from_client.shutdown(Shutdown::Both);
            closing();
        });
        thread::spawn(move || {
            let _ = io::copy(&mut from_server, &mut to_client);
            let _ = to_client.shutdown(Shutdown::Both);
            close_server();
        });
        Ok(())
    }

    fn close(&self, which: impl Fn(SocketAddr) -> bool) {
        self.open.lock().unwrap().retain(|(peer, client)| {
            let closes = which(*peer);
            if closes {
                // It may be closed already.
                let _ = client.shutdown(Shutdown::Both);
            }
            !closes
        });
    }
}

/// Whether the process has the socket at this end of a connection. Linux tells.
fn owns(process: u32, end: SocketAddr) -> bool {
    let Some(inode) = inode_of(end) else { return false };
    let wanted = format!("socket:[{inode}]");
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|link| link.to_string_lossy() == wanted))
}

fn inode_of(end: SocketAddr) -> Option<String> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    let port = format!(":{:04X}", end.port());
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (local, inode) = (fields.get(1)?, fields.get(9)?);
        (local.ends_with(&port) && *inode != "0").then(|| (*inode).to_owned())
    })
}
