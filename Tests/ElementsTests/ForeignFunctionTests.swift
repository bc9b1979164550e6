// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Elements
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Values arrive in C as they left the plan, whatever their type and place.
struct ForeignArgumentTests {
    @Test(arguments: [
        (["-128", "-32768", "-2147483648", "-9223372036854775808", "0", "0", "0", "0"]),
        ([
            "127", "32767", "2147483647", "9223372036854775807", "255", "65535", "4294967295",
            "18446744073709551615",
        ]),
        (["-1", "-1", "-1", "-1", "200", "40000", "3000000000", "10000000000000000000"]),
    ])
    func integersOfEveryWidthKeepSignAndSize(numbers: [String]) throws {
        try PlainLibrary.with { library throws in
            let lines = try library.lines(
                "show_integers", "i32(i8,i16,i32,i64,u8,u16,u32,u64)",
                numbers.map(ArgumentSource.literal))
            #expect(lines == [numbers.joined(separator: " ")])
        }
    }

    @Test func floatsKeepEachBit() throws {
        try PlainLibrary.with { library throws in
            let cases = [
                ("0.1", "0.1", "0x1.99999ap-4 0x1.999999999999ap-4"),
                ("-16777216", "9007199254740993", "-0x1p+24 0x1p+53"),
                ("1e-45", "-4.9e-324", "0x1p-149 -0x0.0000000000001p-1022"),
            ]
            for (float, double, printed) in cases {
                let lines = try library.lines(
                    "show_floats", "i32(f32,f64)", [.literal(float), .literal(double)])
                #expect(lines == [printed])
            }
        }
    }

    @Test func argumentsBeyondTheRegistersStandInTheirOrder() throws {
        let numbers = (1...17).map { $0 % 2 == 1 ? "\($0)" : "\($0).5" }
        let mixed = [
            "-1", "2.5", "3", "4.5", "-5", "6.5", "-7", "8.5", "9", "10.5", "-11", "12.5", "-13",
            "14.5", "-15", "16.5", "17.5", "true",
        ]
        #expect(numbers.count + 1 == mixed.count)
        try PlainLibrary.with { library throws in
            let lines = try library.lines(
                "show_many",
                "i32(i8,f64,u16,f32,i64,f64,i32,f64,u8,f64,i16,f64,i32,f64,i64,f64,f64,bool)",
                mixed.map(ArgumentSource.literal))
            #expect(lines == [mixed.dropLast().joined(separator: " ") + " 1"])
        }
    }

    @Test func truthIsZeroOrOne() throws {
        try PlainLibrary.with { library throws in
            library.parameters = ["on": "true", "off": "false"]
            let signature = "i32(bool,bool)"
            #expect(
                try library.lines(
                    "show_truth", signature, [.parameter("on"), .parameter("off")])
                    == ["true false 1"])
            #expect(
                try library.lines("show_truth", signature, [.literal("false"), .literal("true")])
                    == ["false true 1"])
        }
    }

    @Test func textIsUTF8AndItsAbsenceIsNull() throws {
        try PlainLibrary.with { library throws in
            library.parameters = ["name": "Grüße, 世界"]
            func show(_ source: ArgumentSource, _ type: String = "str") throws -> [String] {
                try library.lines("show_text", "i32(\(type))", [source])
            }
            #expect(try show(.parameter("name")) == ["text Grüße, 世界"])
            #expect(try show(.parameter("unset")) == ["text (null)"])
            #expect(try show(.parameter("unset"), "path") == ["text (null)"])
            #expect(try show(.text("it's")) == ["text it's"])
            #expect(try show(.text("")) == ["text "])
            #expect(try show(.value(.targetRoot), "path") == ["text /"])
        }
    }

    @Test func bytesComeWithTheirLength() throws {
        try PlainLibrary.with { library throws in
            library.parameters = ["data": "a\0ü", "empty": ""]
            func show(_ name: String) throws -> [String] {
                try library.lines(
                    "show_bytes", "i32(bytes,i32)", [.parameter(name), .literal("-3")])
            }
            #expect(try show("data") == ["bytes 4 61 00 c3 bc then -3"])
            #expect(try show("empty") == ["bytes 0 then -3"])
            #expect(try show("unset") == ["null 0 then -3"])
        }
    }

    @Test(arguments: [Phase.install, .postRoot])
    func aDescriptorOfTheTreeWorksOnBothSidesOfTheChroot(phase: Phase) throws {
        try PlainLibrary.with { library throws in
            library.phase = phase
            let outcome = try library.call(
                "write_below", "i32(fd,str,str)",
                [.value(.targetDescriptor), .text("etc/from-the-library"), .text("written")])
            #expect(outcome.error == nil)
            let file = library.tree.appending("etc/from-the-library")
            #expect(try TextFile.read(file) == "written")
        }
    }

    @Test func thePathOfTheTreeIsTheRootInTheChrootAndThePrivilegedOneOutside() throws {
        try PlainLibrary.with { library throws in
            func write(_ text: String) throws -> BuildError? {
                try library.call(
                    "write_file", "i32(path,str)", [.value(.targetRoot), .text(text)]
                ).error
            }
            library.values = ["target.root": library.tree.string]
            let file = library.tree.appending("from-the-path")
            #expect(try write("inside") == nil)
            #expect(try TextFile.read(file) == "inside")
            library.phase = .postRoot
            library.privileges = [.rawHostPath]
            #expect(try write("outside") == nil)
            #expect(try TextFile.read(file) == "outside")
        }
    }

    @Test func publishedValuesAreCheckedWhenTheyAreKnown() throws {
        try PlainLibrary.with { library throws in
            library.values = ["nic.name": "eth0", "nic.number": "300"]
            #expect(
                try library.lines("show_text", "i32(str)", [.published("nic.name")])
                    == ["text eth0"])
            let integers = "i32(bytes,i32)"
            #expect(
                try library.lines(
                    "show_bytes", integers, [.text("x"), .published("nic.number")])
                    == ["bytes 1 78 then 300"])
            let missing = try library.call("show_text", "i32(str)", [.published("nic.speed")])
            #expect(
                missing.error
                    == BuildError(
                        .buildFailed,
                        "argument 1 of the function 'show_text' is the value 'nic.speed', "
                            + "which no earlier hook has published",
                        hint: "Add the element that publishes it, in an earlier phase or with a "
                            + "lower order.",
                        location: .init(element: "plain", phase: "install", hook: "50-plain")))
            let tooBig = try library.call(
                "show_truth", "i32(u8,u8)", [.literal("1"), .published("nic.number")])
            #expect(
                tooBig.error?.message
                    == "argument 2 of the function 'show_truth' is 'nic.number', "
                    + "whose value '300' does not fit u8")
            #expect(tooBig.error?.hint == "Give 0 to 255.")
        }
    }
}

/// What a function returns, and what it does instead of returning.
struct ForeignResultTests {
    private static let codes = [
        ("i8", "-128"), ("i16", "-32768"), ("i32", "-2147483648"), ("i64", "-9223372036854775808"),
        ("u8", "255"), ("u16", "65535"), ("u32", "4294967295"), ("u64", "18446744073709551615"),
    ]

    @Test func aResultOfEachTypeIsTheErrorCode() throws {
        try PlainLibrary.with { library throws in
            for (type, code) in Self.codes {
                let error = try library.call("return_\(type)", "\(type)()").error
                #expect(error?.message == "the function 'return_\(type)' returned \(code)")
                #expect(error?.code == .buildFailed)
                #expect(error?.cause == nil)
                let place = BuildError.Location(
                    element: "plain", phase: "install", hook: "50-plain")
                #expect(error?.location == place)
            }
        }
    }

    @Test func onlyTheBitsOfTheTypeAreTheResult() throws {
        try PlainLibrary.with { library throws in
            #expect(try library.call("return_above_8_bits", "i8()").error == nil)
            #expect(try library.call("return_above_8_bits", "u8()").error == nil)
            #expect(
                try library.call("return_above_8_bits", "i16()").error?.message
                    == "the function 'return_above_8_bits' returned 32512")
            #expect(try library.call("return_above_32_bits", "i32()").error == nil)
            #expect(try library.call("return_above_32_bits", "u32()").error == nil)
        }
    }

    @Test func successIsSuccessWhateverErrnoSays() throws {
        try PlainLibrary.with { library throws in
            #expect(try library.call("return_nothing", "void()").error == nil)
            #expect(try library.call("succeed_with_errno", "i32()").error == nil)
        }
    }

    @Test func errnoIsToldWithItsText() throws {
        try PlainLibrary.with(programs: ["sh"]) { library throws in
            #expect(
                try library.lines("open_nothing", "i32()") == [
                    "error: the function 'open_nothing' returned -1: "
                        + "No such file or directory (errno 2)"
                ])
            // The services leave errno as it was.
            #expect(
                try library.lines(
                    "fail_after_log", "i32(fn(i32,str)->void)", [.service(.log)])
                    == [
                        "error: the function 'fail_after_log' returned -7: "
                            + "No space left on device (errno 28)"
                    ])
        }
    }

    @Test func hostFailGivesMessageAndHint() throws {
        try PlainLibrary.with { library throws in
            func fail(
                _ message: ArgumentSource, _ hint: ArgumentSource, _ result: String
            ) throws -> BuildError? {
                try library.call(
                    "fail_with_words", "i32(fn(str,str)->void,str,str,i32)",
                    [.service(.fail), message, hint, .literal(result)]
                ).error
            }
            let full = try fail(.text("the card is dead"), .text("Buy another."), "9")
            #expect(full?.message == "the card is dead")
            #expect(full?.hint == "Buy another.")
            #expect(full?.cause == "the element's error 9")
            // Who says that it fails fails, whatever it returns.
            let bare = try fail(.parameter("unset"), .parameter("unset"), "0")
            #expect(bare?.message == "the function 'fail_with_words' fails without saying why")
            #expect(bare?.hint == nil)
            #expect(bare?.cause == nil)
        }
    }

    @Test func aWrongSignatureHurtsTheWorkerOnly() throws {
        try PlainLibrary.with { library throws in
            let crash = try library.call("measure", "i32(u64)", [.literal("4096")]).error
            #expect(crash?.message == "the plugin crashed: signal 11 (SIGSEGV)")
            #expect(crash?.location?.element == "plain")
            // A pointer where the function wants a number: rubbish, and no crash.
            let lines = try library.lines(
                "show_truth", "i32(str,bool)", [.text("x"), .literal("true")])
            #expect(lines.count == 1)
        }
    }

    @Test func aFunctionThatEndsTheProcessHasNotSucceeded() throws {
        try PlainLibrary.with { library throws in
            #expect(
                try library.call("end_the_process", "i32()").error?.message
                    == "the plugin ended without saying that it was done (exit status 0)")
        }
    }

    @Test func aFunctionThatIsNotThereIsNamed() throws {
        try PlainLibrary.with { library throws in
            let error = try library.call("nowhere", "i32()").error
            #expect(error?.message == "the plugin has no function 'nowhere'")
            #expect(error?.hint == "Export it with C linkage and default visibility.")
        }
    }
}

/// Host services as plain pointers to functions.
struct ForeignServiceTests {
    @Test func servicesCarryTheirContext() throws {
        try PlainLibrary.with { library throws in
            library.parameters = ["text": "a text"]
            library.values = ["build.architecture": "amd64"]
            let outcome = try library.call(
                "use_services",
                "i32(fn(i32,str)->void,fn(u64,u64)->void,fn(str)->str,fn(str)->str,fn(str,str)->i32)",
                [
                    .service(.log), .service(.progress), .service(.parameter), .service(.value),
                    .service(.publish),
                ])
            let text = "a text, amd64, unset, unset"
            #expect(outcome.error == nil)
            #expect(outcome.published == ["plain.note": text])
            #expect(
                outcome.events == [
                    .log(.error, "an error"), .log(.debug, "a detail"),
                    .progress(done: 1, total: .max), .log(.info, text),
                    .published(name: "plain.note", value: text),
                ])
        }
    }

    @Test(arguments: [Phase.install, .postRoot])
    func aLineOfShellRunsAndItsEndIsTold(phase: Phase) throws {
        try PlainLibrary.with(programs: ["sh"]) { library throws in
            library.phase = phase
            let outcome = try library.call(
                "run_lines", "i32(fn(str)->i32,fn(i32,str)->void)",
                [.service(.run), .service(.log)])
            #expect(outcome.error == nil)
            #expect(
                outcome.events == [
                    .output("one"), .output("two"), .log(.info, "0 3 137 -22"),
                ])
        }
    }

    @Test func withoutAShellALineCannotRun() throws {
        try PlainLibrary.with { library throws in
            let outcome = try library.call(
                "run_lines", "i32(fn(str)->i32,fn(i32,str)->void)",
                [.service(.run), .service(.log)])
            #expect(outcome.events == [.log(.info, "-2 -2 -2 -22")])
        }
    }

    @Test func filesOfTheTreeAndOfTheUserAreOpened() throws {
        try PlainLibrary.with { library throws in
            library.phase = .postRoot
            let file = library.folder.appending("of-the-user")
            try TextFile.write("from the user", to: file)
            let outcome = try library.call(
                "open_files", "i32(fn(path,i32,u32)->fd,fn(path)->fd,path)",
                [.service(.openTargetFile), .service(.openUserFile), .text(file.string)])
            #expect(outcome.error == nil)
            #expect(try TextFile.read(library.tree.appending("made")) == "from the user")
        }
    }

    /// PR_SET_MDWE, which system-wide policies set too, forbids memory that was writable to become executable.
    @Test func servicesWorkWhereWritableMemoryMayNotBecomeExecutable() throws {
        try PlainLibrary.with { library throws in
            try library.compile("hardened.c")
            let outcome = try library.call(
                "log_hardening", "i32(fn(i32,str)->void)", [.service(.log)])
            #expect(outcome.error == nil)
            #expect(outcome.events == [.log(.info, "mdwe 1")])
        }
    }
}
