//! The program of the guide, compiled as it stands there.
include!(env!("GUIDE_RS"));
