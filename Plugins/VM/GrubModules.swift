// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// GRUB's modules for one format, such as i386-pc or x86_64-efi: where packages put them, and where GRUB reads them.
struct GrubModules {
    let format: String

    var source: String { "/usr/lib/grub/\(format)" }
    var folder: String { "/boot/grub/\(format)" }

    /// Copies the modules, their lists and some more files to where GRUB reads them.
    func copy(in target: FinaliseContext, with more: [String] = []) throws {
        try target.run("mkdir", ["-p", folder])
        let script = "cd \"$1\"; shift; folder=$1; shift; cp -p *.mod *.lst \"$@\" \"$folder\""
        try target.run("/bin/sh", ["-ec", script, "sh", source, folder] + more)
    }

    /// Makes an image of modules, which runs the commands in `first` before it reads anything.
    func makeImage(
        _ path: String, of modules: [String], prefix: String, first: String,
        in target: FinaliseContext
    ) throws {
        let commands = "\(folder)/load.cfg"
        try target.writeFile(commands, first)
        try target.run(
            "grub-mkimage",
            [
                "--format=\(format)", "--directory=\(source)", "--prefix=\(prefix)",
                "--config=\(commands)", "--output=\(path)",
            ] + modules)
    }
}
