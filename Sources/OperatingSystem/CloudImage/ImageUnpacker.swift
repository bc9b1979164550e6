// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Unpacks the files of an image into the target tree: a disk as qcow2 or raw, a squashfs or a tar of the root file
/// system, each of them plain or compressed.
///
/// Owners, modes, hard links, sparse files, capabilities and other extended attributes stay; labels of SELinux, which
/// a build host cannot give rightly, do not.
struct ImageUnpacker {
    /// What to call the image in errors.
    let name: String
    let target: RootContext

    /// What tar is asked to keep.
    static let tarOptions = [
        "--numeric-owner", "--acls", "--xattrs", "--xattrs-include=*",
        "--xattrs-exclude=security.selinux",
    ]

    /// Unpacks an open image into the target tree.
    func unpack(_ image: OpenFile) throws {
        let (file, format, scratch) = try decompressed(image)
        target.log("unpacking '\(name)' (\(format))")
        try file.withPath { path in
            switch format {
            case .tar: try extract(tar: path)
            case .squashfs: try extract(squashfs: path)
            default: try extract(disk: path, format, scratch: scratch)
            }
        }
        if let scratch { try target.run("rm", ["-f", "--", scratch]) }
    }

    /// The image without its compression, and where that lies in the scratch folder if it had one.
    private func decompressed(
        _ image: OpenFile
    ) throws -> (file: OpenFile, format: ImageFormat, scratch: String?) {
        let format = ImageFormat(beginning: image.beginning(ImageFormat.length))
        guard let (program, package) = format.decompressor else {
            return (image, format, nil)
        }
        try require(program, package)
        let path = try target.requiredValue(of: .scratchFolder) + "/image-decompressed"
        let end = try image.withPath {
            try target.result(
                of: "/bin/sh",
                [
                    "-c", "exec \"$1\" --decompress --stdout <\"$2\" >\"$3\"", "sh", program, $0,
                    path,
                ]
            ).end
        }
        guard end.isSuccess, let file = OpenFile(scratchFile: path) else {
            throw ElementError(
                "cannot decompress '\(name)': \(program) ended with \(end)",
                hint: "The log holds its message; the file may be cut off, or the disk full.")
        }
        let inner = ImageFormat(beginning: file.beginning(ImageFormat.length))
        guard inner.decompressor == nil else {
            throw ElementError(
                "'\(name)' is compressed twice", hint: "Decompress it once, and name the result.")
        }
        return (file, inner, path)
    }

    private func extract(tar path: String) throws {
        let (end, _) = try target.result(
            of: "tar",
            ["--extract", "--file=\(path)", "--directory=\(try target.treePath)", "--same-owner"]
                + ["--preserve-permissions"] + Self.tarOptions)
        guard end.isSuccess else { throw notUnpacked("tar", end) }
    }

    /// unsquashfs gives all extended attributes or none, so that labels of SELinux go afterwards; setfattr calls it an
    /// error where there is none.
    private func extract(squashfs path: String) throws {
        try require("unsquashfs", "squashfs-tools")
        try require("setfattr", "attr")
        let tree = try target.treePath
        let (end, _) = try target.result(
            of: "unsquashfs", ["-force", "-no-progress", "-dest", tree, path])
        guard end.isSuccess else { throw notUnpacked("unsquashfs", end) }
        try target.run(
            "/bin/sh",
            [
                "-c",
                """
                find "$1" -xdev -print0 | xargs -0 setfattr --no-dereference --remove=security.selinux 2>/dev/null || :
                """, "sh", tree,
            ])
    }

    /// The disk is read from a file of the build's own: a raw one that is in the scratch folder already, else a new one.
    private func extract(disk path: String, _ format: ImageFormat, scratch: String?) throws {
        let new = try target.requiredValue(of: .scratchFolder) + "/image-raw"
        let raw = format == .raw ? scratch ?? new : new
        if raw == new {
            try refuseOtherFiles(of: path, format)
            let kind = format == .qcow2 ? "qcow2" : "raw"
            let (end, _) = try target.result(
                of: "qemu-img", ["convert", "-f", kind, "-O", "raw", path, raw])
            guard end.isSuccess else { throw notUnpacked("qemu-img", end) }
        }
        let disk = try ImageDisk(raw: raw, name: name, target: target)
        try disk.copyFiles(to: try target.treePath)
        try target.run("rm", ["-f", "--", raw])
    }

    /// A qcow2 may say that parts of it are in other files, which then are any of the build host's.
    private func refuseOtherFiles(of path: String, _ format: ImageFormat) throws {
        guard format == .qcow2 else { return }
        let (end, text) = try target.result(
            of: "qemu-img", ["info", "-f", "qcow2", "--output=json", path])
        guard end.isSuccess else { throw notUnpacked("qemu-img", end) }
        for key in ["\"backing-filename\"", "\"data-file\""] where text.contains(key) {
            throw ElementError(
                "parts of the image '\(name)' are in another file",
                hint: "Make one file of them by 'qemu-img convert'.")
        }
    }

    private func require(_ program: String, _ package: String) throws {
        let look = try target.result(
            of: "/bin/sh", ["-c", "command -v \"$1\" >/dev/null", "sh", program])
        guard look.end.isSuccess else {
            throw ElementError(
                "unpacking '\(name)' needs the program '\(program)'",
                hint: "Install the Debian package \(package).")
        }
    }

    private func notUnpacked(_ program: String, _ end: ProgramEnd) -> ElementError {
        ElementError(
            "cannot unpack '\(name)': \(program) ended with \(end)",
            hint: "The log holds its message; the file may be cut off, or the disk full.")
    }
}
