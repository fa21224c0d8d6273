//! Playing: from items to tracks, and the player's own buttons.

use crate::app::command::Play;
use crate::app::desk::{Ask, Errand, Then};
use crate::app::engine::Engine;
use crate::player::PlayerCommand;

impl Engine {
    pub(super) fn play(&mut self, play: Play) {
        let ask = match play {
            Play::Items { items, start, why } => Ask::Tracks {
                items,
                then: Then::PlayFrom(start),
                why,
            },
            Play::Next(items) => Ask::Tracks {
                items,
                then: Then::Next,
                why: None,
            },
            Play::Later(items) => Ask::Tracks {
                items,
                then: Then::Later,
                why: None,
            },
            Play::Soundtrack(photo) => {
                let who = self.who();
                self.desk.errand(Errand::Soundtrack(who, photo));
                return;
            }
            Play::Programme { minutes, wish } => {
                let who = self.who();
                self.desk.errand(Errand::Programme(who, minutes, wish));
                return;
            }
            Play::Player(command) => return self.tell_player(command),
        };
        self.desk.ask(ask);
    }

    fn tell_player(&mut self, command: PlayerCommand) {
        if let PlayerCommand::SetVolume(volume) = command {
            self.state.settings.volume = volume;
            self.settings_changed();
        }
        if let PlayerCommand::SetDevice(device) = &command {
            self.state.settings.device.clone_from(device);
            self.settings_changed();
        }
        self.player.send(command);
    }
}
