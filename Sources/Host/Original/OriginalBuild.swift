// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import Elements
import LinuxSystem
import Planning

/// A build under one of the original's names.
struct OriginalBuild {
    private let program: OriginalProgram
    private let options: BuildOptions
    /// What the build takes for the caller's environment.
    var environment = ProcessEnvironment.current
    /// Files that say what to build.
    var inputFiles: [String] = []
    /// What the elements are told of how the program was called.
    var arguments = Array(CommandLine.arguments.dropFirst())

    init(_ program: OriginalProgram, _ options: BuildOptions) {
        self.program = program
        self.options = options
    }

    /// - Throws: `BuildError`; `OriginalProgram.exitStatus(of:)` has the status for it.
    func run() throws {
        let request = try request()
        let plan = try BuildOptions.plan(request, ElementCatalog(for: request).index)
        try Preflight(plan: plan).check()
        let reporter = try OriginalReporter(
            environment: environment, logFile: plan.request.logFile, owner: plan.request.user)
        for warning in CallerEnvironment.ignored(environment) { reporter.warn(warning) }
        try BuildFront(plan: plan, reporter: reporter).run()
    }

    /// What the original makes of its arguments and variables.
    func request() throws -> BuildRequest {
        var options = options
        if options.catalog.preferLegacy.isEmpty { options.catalog.preferLegacy = ["all"] }
        if options.imageName == nil, let name = variable("IMAGE_NAME") { options.imageName = name }
        // The original appends its arguments to the variable, but wants at least one.
        if !options.elements.isEmpty {
            let before = variable("IMAGE_ELEMENT") ?? ""
            options.elements =
                before.split { " \n\t".contains($0) }.map(String.init) + options.elements
        }
        // The original knows no audit, and builds what one finds errors in.
        if options.audit == nil { options.audit = BuildRequest.AuditMode.warn.rawValue }
        var request = try options.request(environment: environment)
        request.commandLine = arguments
        request.inputFiles += inputFiles
        if program == .ramdiskImageCreate {
            let element = options.ramdisk.element ?? variable("RAMDISK_ELEMENT") ?? "ramdisk"
            request.ramdisk = try options.ramdisk.request(
                element: element, isAlone: true, environment: environment)
        }
        return request
    }

    private func variable(_ name: String) -> String? {
        guard !options.clearsEnvironment, let value = environment[name], !value.isEmpty else {
            return nil
        }
        return value
    }
}
