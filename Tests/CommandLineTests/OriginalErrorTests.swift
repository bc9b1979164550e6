// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What goes wrong with the original, under its name: one clear message each.
struct OriginalErrorTests {
    struct Fault: CustomTestStringConvertible, Sendable {
        var elements: [String: [String: String]] = [:]
        var arguments: String
        var status: Int32
        /// Parts of what is printed.
        var messages: [String]

        var testDescription: String { messages[0] }
    }

    static let faults: [Fault] = [
        Fault(
            arguments: "tiny-os tiny-oz", status: 1,
            messages: ["unknown element 'tiny-oz'", "hint: Did you mean 'tiny-os'?"]),
        Fault(
            elements: ["needs": ["element-deps": "missing"]], arguments: "tiny-os needs", status: 1,
            messages: ["unknown element 'missing', needed by 'needs'"]),
        Fault(
            elements: ["other": ["element-provides": "operating-system"]],
            arguments: "tiny-os other", status: 1,
            messages: ["elements 'tiny-os' and 'other' both provide 'operating-system'"]),
        Fault(
            elements: ["plain": ["README.rst": ""]], arguments: "plain", status: 1,
            messages: ["no element provides 'operating-system'", "hint: Add one of: tiny-os."]),
        Fault(
            elements: ["lost": ["install.d/10-lost": ""]], arguments: "tiny-os lost", status: 127,
            messages: [
                "hook '10-lost' failed: exit status 127 (element 'lost', phase install, hook '10-lost')",
                "hint: The script is for '/usr/bin/lost', which the image does not have: install it, "
                    + "or change the script's first line.",
            ]),
        Fault(
            elements: ["away": ["extra-data.d/10-away": ""]], arguments: "tiny-os away",
            status: 127,
            messages: [
                "hook '10-away' failed: exit status 127 (element 'away', phase extra-data, hook '10-away')",
                "hint: The script is for 'away', which the build host does not have: install it, "
                    + "or change the script's first line.",
            ]),
        Fault(
            elements: ["has blanks": ["README.rst": ""]], arguments: "tiny-os has%blanks",
            status: 1,
            messages: [
                "element 'has blanks' cannot be used",
                "has a blank in its name",
                "hint: Rename the folder: hooks get the names of elements in a list that blanks separate.",
            ]),
    ]

    @Test(arguments: faults)
    func `each fault has its message`(fault: Fault) throws {
        try TemporaryFolder.with("original") { folder in
            let original = try OriginalBuild(in: folder)
            for (name, files) in fault.elements { try original.build.addElement(name, files) }
            let home = original.build.elements
            let lines = [
                "lost/install.d/10-lost": "#!/usr/bin/lost",
                "away/extra-data.d/10-away": "#!/usr/bin/env away",
            ]
            for (script, line) in lines where fault.messages[0].contains(script.suffix(7)) {
                try TextFile.writeScript(line + "\n", to: home.appending(script))
            }
            let run = try original.run(
                "disk-image-create",
                words: ["-n", "-t", "tar"]
                    + fault.arguments.split(separator: " ").map {
                        String($0.replacing("%", with: " "))
                    })
            #expect(run.status == .exited(fault.status), "\(run.errorLines)")
            let text = run.errorLines.joined(separator: "\n")
            for message in fault.messages { #expect(text.contains(message)) }
            #expect(try original.build.leftovers() == [])
        }
    }

    @Test func `hooks that never run are warnings, and errors with --strict`() throws {
        try TemporaryFolder.with("original") { folder in
            let original = try OriginalBuild(in: folder)
            try original.build.addElement(
                "odd",
                ["install.d/10 spaced": "", "install.d/20-x.sh": "", "install.d/30-plain": ""])
            let plain = original.build.elements.appending("odd/install.d/30-plain")
            try Command("chmod", ["-x", plain.string]).checkedOutput()
            let reasons = [
                "'10 spaced': its name is not one of a hook",
                "'20-x.sh': its name is not one of a hook", "'30-plain': it is not executable",
            ]
            try original.build.addElement("runs", ["install.d/40-runs": "true"])
            let run = try original.run("disk-image-create", "-n -t tar tiny-os odd runs")
            #expect(run.status == .exited(0), "\(run.errorLines)")
            for reason in reasons { #expect(run.output.contains("warning: " + reason)) }
            let strict = try original.build.command(
                ["tiny-os", "odd", "runs"], formats: "tar", options: ["-n", "--strict"]
            ).capture()
            #expect(strict.status == .exited(1))
            #expect(strict.errorLines.contains { $0.contains(reasons[0]) })
        }
    }

    @Test func `knobs of the environment are heard`() throws {
        try TemporaryFolder.with("original") { folder in
            let original = try OriginalBuild(in: folder)
            let gzip = folder.appending("own-gzip")
            try TextFile.writeScript(
                "#!/bin/sh\necho \"$@\" >'\(folder)/asked'\nexec gzip \"$@\"\n", to: gzip)
            let run = try original.run(
                "disk-image-create", "-n -t tgz -o image tiny-os",
                environment: [
                    "DIB_GZIP_BIN": gzip.string, "DIB_SHOW_IMAGE_USAGE": "1", "TINY_OS_FILL": "11",
                ])
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(try TextFile.read(folder.appending("asked")) == "-9\n")
            let file = original.build.folder.appending("image.tgz").string
            #expect(try Command("tar", ["-tzf", file]).checkedOutput().contains("./etc/marker"))
            let lines = run.output.split(separator: "\n")
            #expect(lines.contains { $0.hasSuffix("11.0 MiB  /var/fill/data") })
            #expect(!lines.contains { $0.hasSuffix("/usr/bin/bash") })
        }
    }

    @Test func `names expand to what they need, for a shell too`() throws {
        try TemporaryFolder.with("original") { folder in
            let original = try OriginalBuild(in: folder)
            let home = original.build.elements
            try original.build.addElement("needs", ["element-deps": "other"])
            try original.build.addElement("other", ["README.rst": ""])
            let names = try original.run("element-info", "tiny-os needs")
            #expect(names.output == "tiny-os other needs\n", "\(names.errorLines)")
            let definitions = try original.run("element-info", "--env tiny-os needs").output
            let script = """
                eval "$1"; declare -A paths; eval "paths=($(get_image_element_array))"
                echo "$IMAGE_ELEMENT|${paths[needs]}|${#paths[@]}"; printf '%s' "$IMAGE_ELEMENT_YAML" | head -n 1
                """
            #expect(
                try Command("bash", ["-euc", script, "bash", definitions]).checkedOutput()
                    == "tiny-os other needs|\(home)/needs|3\nneeds: \(home)/needs\n")
            let unknown = try original.run("element-info", "tiny-os need")
            #expect(unknown.status == .exited(1) && unknown.output == "")
            #expect(unknown.errorLines.contains { $0.contains("Did you mean 'needs'?") })
        }
    }
}
