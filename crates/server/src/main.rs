//! The binary `parlour`.

fn main() -> std::process::ExitCode {
    server::cli::run()
}
