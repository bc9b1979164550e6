// SPDX-License-Identifier: Apache-2.0

/// What the host does for a plain C function: a pointer to a function that is bound to an argument.
///
/// The pointer carries its context, so that no `state` is handed around. It can be called until the function of the
/// hook returns, on the thread that called that function. Texts that go in are read before the call returns; texts that
/// come out are the host's and live until the hook ends.
package enum HostService: String, CaseIterable, Codable, Sendable {
    /// Adds a line to the build's log: level (0 debug, 1 info, 2 warning, 3 error) and text.
    case log = "host.log"
    /// Tells how far the hook is: done, and total, which is 0 when unknown.
    case progress = "host.progress"
    /// Says why the hook fails: message, and what to do about it, or NULL.
    ///
    /// The hook fails then, whatever the function returns. Of several calls the first one counts.
    case fail = "host.fail"
    /// Runs a line of shell and waits for it, in the chroot where the hook is in it: the exit status, 128 and the
    /// number of the signal that ended it, or a negative errno value when there is no shell.
    case run = "host.run"
    /// The value of a parameter as text, or NULL.
    case parameter = "host.parameter"
    /// A value of the build, or one that an earlier hook published, or NULL.
    case value = "host.value"
    /// Hands a value to later phases and to the report: name and text; 0 or an errno value.
    case publish = "host.publish"
    /// Opens a file below the target tree, with open(2)'s flags and mode, links resolved inside the tree: a
    /// descriptor or a negative errno value.
    case openTargetFile = "host.open-target-file"
    /// Opens a file of the user who called dibhost for reading, outside the chroot: a descriptor or a negative errno
    /// value.
    case openUserFile = "host.open-user-file"
    /// The disk layout as it stands, in phases check and block-device, as dib_element.h describes it.
    case diskLayout = "host.disk-layout"
    /// Replaces the disk layout, in phase block-device: 0 or an errno value; the host checks it when the hook has ended.
    case setDiskLayout = "host.set-disk-layout"
    /// Adds to the ramdisk, in phase ramdisk: the number of an item of dib_element.h, name, and text or NULL; 0 or an
    /// errno value.
    case addToRamdisk = "host.add-to-ramdisk"

    /// The phases in which it works; nil: more than a list.
    var onlyPhases: [Phase]? {
        switch self {
        case .diskLayout: [.check, .blockDevice]
        case .setDiskLayout: [.blockDevice]
        case .addToRamdisk: [.ramdisk]
        default: nil
        }
    }

    /// The type that an argument bound to it must have.
    package var type: FunctionType {
        switch self {
        case .log: FunctionType([.i32, .str])
        case .progress: FunctionType([.u64, .u64])
        case .fail: FunctionType([.str, .str])
        case .run: FunctionType([.str], result: .i32)
        case .parameter, .value: FunctionType([.str], result: .str)
        case .publish: FunctionType([.str, .str], result: .i32)
        case .openTargetFile: FunctionType([.path, .i32, .u32], result: .fd)
        case .openUserFile: FunctionType([.path], result: .fd)
        case .diskLayout: FunctionType([], result: .str)
        case .setDiskLayout: FunctionType([.str], result: .i32)
        case .addToRamdisk: FunctionType([.u32, .str, .str], result: .i32)
        }
    }
}
