// SPDX-License-Identifier: Apache-2.0

import CElement
import Diagnostics
import Elements
import Legacy
import LinuxSystem
import Planning
import Ramdisk
import SystemPackage

extension RunningBuild {
    /// What makes kernel and initramfs of the finished tree; nil in a build without them.
    func ramdiskWriter() throws -> RamdiskWriter? {
        guard plan.request.makesRamdisk, let request = plan.request.ramdisk else { return nil }
        return RamdiskWriter(
            request, items: try ShellRamdiskFolders(plan).items + ramdiskItems, tree: folders.tree,
            scratch: folders.build.appending("ramdisk"), time: time, limits: limits
        ) { file in
            do {
                return try ELFFile.startNeeds(of: file).map {
                    ProgramNeeds(
                        libraries: $0.libraries, runPaths: $0.runPaths, interpreter: $0.interpreter)
                }
            } catch let fault as PluginFault {
                throw BuildError(.buildFailed, "a program of the ramdisk \(fault.reason)")
            }
        }
    }
}

extension RamdiskItem {
    /// What a plugin asked for; nil for a number that the worker would not let through.
    init?(number: UInt32, _ name: String, _ text: String?, element: String) {
        let content: Content
        switch dib_ramdisk_item(rawValue: number) {
        case DIB_RAMDISK_MODULE: content = .module(name)
        case DIB_RAMDISK_FIRMWARE: content = .firmware(name)
        case DIB_RAMDISK_PROGRAM: content = .program(name)
        case DIB_RAMDISK_FILE: content = text.map { .text(path: name, $0) } ?? .file(name)
        case DIB_RAMDISK_INIT_FRAGMENT:
            content = .text(path: "\(Self.fragmentFolder)/\(name)", text ?? "")
        case DIB_RAMDISK_UDEV_RULES:
            content = .text(path: "\(Self.rulesFolder)/\(name)", text ?? "")
        case DIB_RAMDISK_BASE: content = .dracut
        default: return nil
        }
        self.init(content, element: element)
    }
}

/// The folders of shell elements that are meant for the original's ramdisk.
///
///     init.d             parts of init
///     binary-deps.d      files that list programs
///     udev.d             rules of udev
///     ramdisk-install.d  programs that work on the ramdisk's folder, TMP_MOUNT_PATH
struct ShellRamdiskFolders {
    let items: [RamdiskItem]

    init(_ plan: BuildPlan) throws {
        items = try plan.elements.map(\.description).filter { $0.kind == .legacy }
            .flatMap { try Self.items(of: $0) }
    }

    private static func items(of element: ElementDescription) throws -> [RamdiskItem] {
        func contents(_ folder: String) throws -> [(name: String, text: String, path: String)] {
            let folder = FilePath(element.path).appending(folder)
            let entries = try Self.entries(of: folder)
            return try entries.filter { $0.kind == .file }.map { entry in
                let path = folder.appending(entry.name)
                let bytes = try FileDescriptor.contents(of: path, limit: 1 << 20)
                return (entry.name, String(decoding: bytes, as: UTF8.self), path.string)
            }
        }
        let programs = try contents("binary-deps.d")
            .flatMap { $0.text.split { " \n\t".contains($0) }.map { Content.program(String($0)) } }
        let fragments = try contents("init.d")
            .map { Content.text(path: "\(RamdiskItem.fragmentFolder)/\($0.name)", $0.text) }
        let rules = try contents("udev.d")
            .map { Content.text(path: "\(RamdiskItem.rulesFolder)/\($0.name)", $0.text) }
        let scripts = try contents("ramdisk-install.d").map { Content.script($0.path) }
        return (programs + fragments + rules + scripts)
            .map { RamdiskItem($0, element: element.name) }
    }

    /// What is in a folder; nothing when it is not there.
    private static func entries(of folder: FilePath) throws -> [FolderListing.Entry] {
        do throws(Errno) {
            return try FolderListing.entries(of: folder)
        } catch {
            guard error == .noSuchFileOrDirectory else { throw error }
            return []
        }
    }

    private typealias Content = RamdiskItem.Content
}
