// SPDX-License-Identifier: Apache-2.0
//! dib_element.h for Rust: the same structs, field by field, and the functions of the host that this
//! element needs in the language's own terms. What each call means stands in dib_element.h.

use std::ffi::{c_void, CStr, CString};
use std::fs::File;
use std::mem::size_of;
use std::os::raw::{c_char, c_int};
use std::os::unix::io::FromRawFd;
use std::ptr;

pub const ABI: u32 = 1;
pub const PHASE_INSTALL: u32 = 4;
pub const PHASE_POST_ROOT: u32 = 6;
const LOG_INFO: u32 = 1;
const RUN_CAPTURE: u32 = 1;

type Text = *const c_char;
type State = *mut c_void;

#[repr(C)]
pub struct RunResult {
    pub size: u32,
    pub status: i32,
    pub signal: i32,
    pub output: Text,
    pub output_length: u64,
}

/// dib_host as far as this file knows it: the host's may be longer.
#[repr(C)]
pub struct HostTable {
    pub size: u32,
    pub abi: u32,
    state: State,
    log: unsafe extern "C" fn(State, u32, Text),
    progress: unsafe extern "C" fn(State, u64, u64),
    parameter: unsafe extern "C" fn(State, Text) -> Text,
    value: unsafe extern "C" fn(State, Text) -> Text,
    publish: unsafe extern "C" fn(State, Text, Text) -> i32,
    run: unsafe extern "C" fn(State, *const Text, *const Text, Text, u32, *mut RunResult) -> i32,
    open_user_file: unsafe extern "C" fn(State, Text) -> i32,
    open_target_file: unsafe extern "C" fn(State, Text, i32, u32) -> i32,
}

#[repr(C)]
pub struct ErrorTable {
    size: u32,
    code: i32,
    message: Text,
    hint: Text,
}

#[repr(C)]
pub struct Hook {
    pub size: u32,
    pub phase: u32,
    pub run: unsafe extern "C" fn(*mut c_void, *mut ErrorTable) -> i32,
}

#[repr(C)]
pub struct ElementTable {
    pub size: u32,
    pub abi: u32,
    pub name: Text,
    pub create: unsafe extern "C" fn(*const HostTable, *mut *mut c_void, *mut ErrorTable) -> i32,
    pub hook_count: u32,
    pub hook_stride: u32,
    pub hooks: *const Hook,
    pub destroy: unsafe extern "C" fn(*mut c_void),
}

// The tables hold pointers to constants only.
unsafe impl Sync for ElementTable {}

// DIB_HOST_FIRST_SIZE and its sisters: a field that was forgotten does not compile.
const _: () = assert!(size_of::<RunResult>() == 32);
const _: () = assert!(size_of::<HostTable>() == 80);
const _: () = assert!(size_of::<ErrorTable>() == 24);
const _: () = assert!(size_of::<Hook>() == 16);
const _: () = assert!(size_of::<ElementTable>() == 48);

/// Why a hook failed, as the user is told.
pub struct Failure {
    pub message: String,
    pub hint: Option<String>,
    pub code: i32,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), hint: None, code: 0 }
    }

    /// The system's own text for an errno value.
    fn system(what: String, error: i32) -> Failure {
        Failure::new(format!("{}: {}", what, std::io::Error::from_raw_os_error(error)))
    }

    /// Fills the host's error; the texts live until the end of the process, and so are not freed.
    ///
    /// # Safety
    /// `error` is the host's, at least DIB_ERROR_FIRST_SIZE bytes long.
    pub unsafe fn report(self, error: *mut ErrorTable) -> i32 {
        (*error).code = self.code;
        (*error).message = text(&self.message).into_raw();
        (*error).hint = self.hint.map_or(ptr::null(), |hint| text(&hint).into_raw());
        1
    }
}

/// The host's services.
#[derive(Clone, Copy)]
pub struct Host(*const HostTable);

impl Host {
    /// # Safety
    /// `table` is the one that the host gave to `create`.
    pub unsafe fn new(table: *const HostTable) -> Host {
        Host(table)
    }

    fn table(&self) -> &HostTable {
        unsafe { &*self.0 }
    }

    pub fn log(&self, line: &str) {
        unsafe { (self.table().log)(self.table().state, LOG_INFO, text(line).as_ptr()) }
    }

    pub fn progress(&self, done: u64, total: u64) {
        unsafe { (self.table().progress)(self.table().state, done, total) }
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        unsafe { copied((self.table().parameter)(self.table().state, text(name).as_ptr())) }
    }

    pub fn value(&self, name: &str) -> Option<String> {
        unsafe { copied((self.table().value)(self.table().state, text(name).as_ptr())) }
    }

    pub fn publish(&self, name: &str, value: &str) -> Result<(), Failure> {
        let (name, value) = (text(name), text(value));
        match unsafe { (self.table().publish)(self.table().state, name.as_ptr(), value.as_ptr()) } {
            0 => Ok(()),
            error => Err(Failure::system(format!("cannot publish {:?}", name), error)),
        }
    }

    /// Runs a program whose output goes to the build's log.
    pub fn run(&self, command: &[&str]) -> Result<(), Failure> {
        self.run_with(command, 0).map(|_| ())
    }

    /// Runs a program and returns its output.
    pub fn output(&self, command: &[&str]) -> Result<String, Failure> {
        self.run_with(command, RUN_CAPTURE)
    }

    fn run_with(&self, command: &[&str], flags: u32) -> Result<String, Failure> {
        let owned: Vec<CString> = command.iter().map(|word| text(word)).collect();
        let mut arguments: Vec<Text> = owned.iter().map(|word| word.as_ptr()).collect();
        arguments.push(ptr::null());
        let mut result = RunResult {
            size: size_of::<RunResult>() as u32,
            status: 0,
            signal: 0,
            output: ptr::null(),
            output_length: 0,
        };
        let (table, none) = (self.table(), ptr::null());
        let error = unsafe {
            (table.run)(table.state, arguments.as_ptr(), none as _, none as _, flags, &mut result)
        };
        if error != 0 {
            return Err(Failure::system(format!("cannot run '{}'", command[0]), error));
        }
        if result.status != 0 {
            let message = format!("'{}' failed: exit status {}", command[0], result.status);
            return Err(Failure::new(message));
        }
        Ok(unsafe { copied(result.output) }.unwrap_or_default())
    }

    /// A file of the target tree, opened with open(2)'s flags and mode.
    pub fn open_target_file(&self, path: &str, flags: c_int, mode: u32) -> Result<File, Failure> {
        let table = self.table();
        match unsafe { (table.open_target_file)(table.state, text(path).as_ptr(), flags, mode) } {
            // The descriptor is ours now.
            file if file >= 0 => Ok(unsafe { File::from_raw_fd(file) }),
            error => Err(Failure::system(format!("cannot open '{}'", path), -error)),
        }
    }
}

/// A copy for C; it ends at the first NUL.
fn text(text: &str) -> CString {
    let bytes = text.as_bytes().split(|byte| *byte == 0).next().unwrap_or_default();
    CString::new(bytes).unwrap_or_default()
}

/// A copy of the host's text.
unsafe fn copied(text: Text) -> Option<String> {
    if text.is_null() {
        None
    } else {
        Some(CStr::from_ptr(text).to_string_lossy().into_owned())
    }
}
