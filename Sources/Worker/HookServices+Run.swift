// SPDX-License-Identifier: Apache-2.0

import CElement
import Diagnostics
import Glibc
import LinuxSystem
import Wire

extension HookServices {
    /// What a plugin asked `run` for.
    struct RunRequest {
        var program: String
        var arguments: [String]
        /// Each is NAME=value.
        var variables: [String]
        var input: String?
        var flags: UInt32

        func has(_ flag: dib_run_flag) -> Bool { flags & flag.rawValue != 0 }

        /// Whether the plugin asks for something that this host would do only in part: a newer one may
        /// know more flags.
        var isUnknown: Bool {
            flags & ~(DIB_RUN_CAPTURE.rawValue | DIB_RUN_AS_USER.rawValue) != 0
                || variables.contains { !$0.dropFirst().contains("=") }
        }
    }

    /// Runs a program; returns an errno value when it cannot be started.
    func run(_ request: RunRequest, _ result: UnsafeMutablePointer<dib_run_result>?) -> Int32 {
        if request.isUnknown { return EINVAL }
        if request.has(DIB_RUN_AS_USER), order.isInChroot { return EPERM }
        releaseCaptured()
        do {
            guard request.has(DIB_RUN_CAPTURE) else {
                fill(result, try command(request).runInheritingOutput())
                return 0
            }
            let (status, output) = try command(request).captureOutput()
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: output.count + 1)
            _ = copy.initialize(from: output + [0])
            captured = copy
            fill(result, status)
            return 0
        } catch let error as BuildError where error.code == .environment {
            return ENOENT
        } catch {
            log(level: DIB_LOG_ERROR.rawValue, "\(error)")
            return EIO
        }
    }

    /// Installs packages with the program that the operating system's element puts into the tree.
    func installPackages(
        _ names: [String], _ result: UnsafeMutablePointer<dib_run_result>?
    ) -> Int32 {
        guard order.isInChroot else { return EPERM }
        guard !names.isEmpty else {
            fill(result, .exited(0))
            return 0
        }
        return run(
            .init(
                program: "/usr/local/bin/install-packages", arguments: names, variables: [],
                flags: 0),
            result)
    }

    private func command(_ request: RunRequest) -> Command {
        var environment = order.environment
        if request.has(DIB_RUN_AS_USER) {
            environment["HOME"] = order.user.home
            environment["USER"] = order.user.name
            environment["LOGNAME"] = order.user.name
        }
        for variable in request.variables {
            guard let equals = variable.firstIndex(of: "=") else { continue }
            environment[String(variable[..<equals])] = String(
                variable[variable.index(after: equals)...])
        }
        var command = Command(request.program, request.arguments, environment: environment)
        // The worker's own session holds its programs too, so that a deadline ends all of them.
        command.newSession = false
        if let input = request.input { command.standardInput = .text(input) }
        if request.has(DIB_RUN_AS_USER), UserAccount.effectiveID == 0 {
            command.credentials = credentials
        }
        return command
    }

    private func fill(_ result: UnsafeMutablePointer<dib_run_result>?, _ status: ExitStatus) {
        guard let result else { return }
        var full = dib_run_result()
        let size = result.pointee.size
        full.size = size
        switch status {
        case .exited(let number): full.status = number
        case .signalled(let number): (full.status, full.signal) = (-1, number)
        case .timedOut: full.status = -1
        }
        if let captured {
            full.output = UnsafeRawPointer(captured.baseAddress)?.assumingMemoryBound(
                to: CChar.self)
            full.output_length = UInt64(captured.count - 1)
        }
        withUnsafeBytes(of: &full) {
            let count = min(Int(size), $0.count)
            UnsafeMutableRawBufferPointer(start: result, count: count)
                .copyBytes(from: $0.prefix(count))
        }
    }

    private func releaseCaptured() {
        captured?.deallocate()
        captured = nil
    }
}
