// SPDX-License-Identifier: Apache-2.0
//! An element in Rust, a cdylib without any crate. No panic may leave a function of the table:
//! `guarded` turns it into the host's error.

mod dib_element;

use dib_element::*;
use std::ffi::c_void;
use std::io::Write;
use std::mem::size_of;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;

/// The bytes that dibhost reads without running any code. Public and unmangled, so that the linker
/// keeps it.
#[no_mangle]
#[link_section = ".dib.manifest"]
pub static DIB_MANIFEST: [u8; include_bytes!("manifest.json").len()] =
    *include_bytes!("manifest.json");

// open(2)'s flags on Linux; the crate libc has them too.
const WRITE_ONLY_CREATE_TRUNCATE: i32 = 0o1 | 0o100 | 0o1000;

/// The element; made by `create`, dropped by `destroy`.
struct Gpu {
    host: Host,
    memory: u64,
}

impl Gpu {
    fn new(host: Host) -> Result<Gpu, Failure> {
        // The manifest says that it is an integer and has a default.
        let text = host.parameter("memory").unwrap_or_default();
        let memory = text.parse().map_err(|_| Failure {
            message: format!("the card's memory '{} MiB' is no amount", text),
            hint: Some("Give a number of MiB with --set acme-gpu.memory=MIB.".into()),
            code: 5,
        })?;
        Ok(Gpu { host, memory })
    }

    fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        let mut file = self.host.open_target_file(path, WRITE_ONLY_CREATE_TRUNCATE, 0o644)?;
        file.write_all(text.as_bytes())
            .map_err(|error| Failure::new(format!("cannot write '{}': {}", path, error)))
    }

    /// In the chroot: "/" is the image.
    fn install(&self) -> Result<(), Failure> {
        self.host.log("setting up the card's memory");
        // A division by zero is a panic.
        let share = (256 * 1024) / self.memory;
        self.write("/etc/acme-gpu.conf", &format!("memory={}\nshare={}\n", self.memory, share))?;
        self.host.run(&["chmod", "0600", "/etc/acme-gpu.conf"])?;
        self.host.progress(1, 1);
        let system = self.host.output(&["cat", "/etc/os-release"])?;
        self.host.publish("acme-gpu.system", &system)
    }

    /// Outside the chroot, in another process.
    fn post_root(&self) -> Result<(), Failure> {
        let system = self
            .host
            .value("acme-gpu.system")
            .ok_or_else(|| Failure::new("the phase install published no 'acme-gpu.system'"))?;
        let place = self.host.output(&["sh", "-c", "test -e /etc/acme-gpu.conf || echo outside"])?;
        self.write("/etc/acme-gpu.system", &format!("{}{}", system, place))
    }
}

/// Runs `body`; its failures and panics end here.
unsafe fn guarded(error: *mut ErrorTable, body: impl FnOnce() -> Result<(), Failure>) -> i32 {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => 0,
        Ok(Err(failure)) => failure.report(error),
        Err(_) => Failure::new("the element panicked, see its output").report(error),
    }
}

unsafe extern "C" fn create(
    host: *const HostTable, element: *mut *mut c_void, error: *mut ErrorTable,
) -> i32 {
    guarded(error, || {
        *element = Box::into_raw(Box::new(Gpu::new(Host::new(host))?)) as *mut c_void;
        Ok(())
    })
}

unsafe extern "C" fn install(element: *mut c_void, error: *mut ErrorTable) -> i32 {
    guarded(error, || (*(element as *const Gpu)).install())
}

unsafe extern "C" fn post_root(element: *mut c_void, error: *mut ErrorTable) -> i32 {
    guarded(error, || (*(element as *const Gpu)).post_root())
}

unsafe extern "C" fn destroy(element: *mut c_void) {
    drop(Box::from_raw(element as *mut Gpu));
}

static HOOKS: [Hook; 2] = [
    Hook { size: size_of::<Hook>() as u32, phase: PHASE_INSTALL, run: install },
    Hook { size: size_of::<Hook>() as u32, phase: PHASE_POST_ROOT, run: post_root },
];

static TABLE: ElementTable = ElementTable {
    size: size_of::<ElementTable>() as u32,
    abi: ABI,
    name: b"acme-gpu\0" as *const u8 as *const _,
    create,
    hook_count: HOOKS.len() as u32,
    hook_stride: size_of::<Hook>() as u32,
    hooks: &HOOKS as *const Hook,
    destroy,
};

/// # Safety
/// dibhost calls it with its table.
#[no_mangle]
pub unsafe extern "C" fn dib_element_v1(host: *const HostTable) -> *const ElementTable {
    if (*host).abi == ABI {
        &TABLE
    } else {
        ptr::null()
    }
}
