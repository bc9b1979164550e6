// SPDX-License-Identifier: Apache-2.0

import CElement
import Glibc
import LinuxSystem
import SystemPackage
import Wire

/// What the host does for the hook of this process.
final class HookServices {
    let order: WorkOrder
    private let frames: FrameOutput
    /// Copies for C of what was asked for, until the end of the process.
    private var texts: [String: UnsafePointer<CChar>] = [:]
    /// The output of the last captured program.
    var captured: UnsafeMutableBufferPointer<UInt8>?
    /// The disk layout as the hook left it; nil in the phases that do not see it.
    private var layout: String?
    /// Why a plain C function says that the hook fails: the first reason that it gave.
    private(set) var failure: (message: String?, hint: String?)?

    init(order: WorkOrder, frames: FrameOutput) {
        self.order = order
        self.frames = frames
        layout = order.layout
    }

    func log(level: UInt32, _ text: String) {
        frames.send(.log(level: level, text: shortened(text)))
    }

    func fail(_ message: String?, hint: String?) {
        if failure == nil { failure = (message.map(shortened), hint.map(shortened)) }
    }

    func progress(done: UInt64, total: UInt64) { frames.send(.progress(done: done, total: total)) }

    func parameter(_ name: String) -> UnsafePointer<CChar>? { text(order.parameters[name]) }

    func value(_ name: String) -> UnsafePointer<CChar>? { text(order.values[name]) }

    func publish(_ name: String, _ value: String) -> Int32 {
        let isAllowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_.".utf8.contains(byte)
            }
        }
        guard isAllowed, !name.isEmpty, name.utf8.count <= 255 else { return EINVAL }
        guard value.utf8.count <= WorkerFrame.longestText else { return E2BIG }
        frames.send(.published(name: name, value: value))
        return 0
    }

    func diskLayout() -> UnsafePointer<CChar>? { text(layout) }

    func setDiskLayout(_ text: String) -> Int32 {
        guard layout != nil, order.phase == DIB_PHASE_BLOCK_DEVICE.rawValue else { return EPERM }
        guard text.utf8.count <= WorkerFrame.longestText else { return E2BIG }
        layout = text
        frames.send(.layout(text))
        return 0
    }

    func addToRamdisk(_ item: UInt32, _ name: String, _ text: String?) -> Int32 {
        guard order.phase == DIB_PHASE_RAMDISK.rawValue else { return EPERM }
        let takesText: Bool?
        switch dib_ramdisk_item(rawValue: item) {
        case DIB_RAMDISK_MODULE, DIB_RAMDISK_FIRMWARE, DIB_RAMDISK_PROGRAM: takesText = false
        case DIB_RAMDISK_FILE: takesText = nil
        case DIB_RAMDISK_INIT_FRAGMENT, DIB_RAMDISK_UDEV_RULES: takesText = true
        case DIB_RAMDISK_BASE where name == "dracut": takesText = false
        default: return EINVAL
        }
        guard takesText == nil || takesText == (text != nil), !name.isEmpty,
            name.utf8.count <= 4096, !name.contains("\n")
        else { return EINVAL }
        guard (text ?? "").utf8.count <= WorkerFrame.longestText else { return E2BIG }
        frames.send(.ramdisk(item: item, name: name, text: text))
        return 0
    }

    func openUserFile(_ path: String) -> Int32 {
        guard !order.isInChroot else { return -EPERM }
        let user = order.user
        let full = path.hasPrefix("~/") ? user.home + path.dropFirst() : path
        do {
            return try FileDescriptor.open(full, as: credentials).rawValue
        } catch {
            return -error.rawValue
        }
    }

    func openTargetFile(_ path: String, _ flags: Int32, _ mode: UInt32) -> Int32 {
        guard order.hasTree else { return -ENOENT }
        do {
            let tree = FileDescriptor(rawValue: WorkOrder.Descriptor.tree)
            return try tree.openInside(path, flags: flags, mode: mode).rawValue
        } catch {
            return -error.rawValue
        }
    }

    var credentials: Command.Credentials {
        Command.Credentials(
            user: order.user.id, group: order.user.group, groups: order.user.groups)
    }

    private func text(_ value: String?) -> UnsafePointer<CChar>? {
        guard let value else { return nil }
        if let known = texts[value] { return known }
        let copy = UnsafePointer(strdup(value))
        texts[value] = copy
        return copy
    }

    private func shortened(_ text: String) -> String {
        guard text.utf8.count > WorkerFrame.longestText else { return text }
        return String(decoding: text.utf8.prefix(WorkerFrame.longestText), as: UTF8.self)
    }
}
