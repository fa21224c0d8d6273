# Parlour's texts in English. Short, plain, no exclamation marks, no blame; verbs on buttons; guesses phrased as guesses.

page-home = Home
page-photos = Photos
page-music = Music
page-clips = Clips
page-tags = Tags
page-collections = Collections
page-tidy = Tidy
page-settings = Settings
page-now-playing = Now playing

group-go = Go to
group-items = Items
group-play = Playing
group-window = Window

action-add-files = Add files
action-add-folder = Add folders
action-add-to-collection = Add to a collection
action-back = Back
action-cancel = Cancel
action-choose-file = Choose
action-clear = Clear
action-clear-queue = Clear the queue
action-clear-search = Clear the search
action-close = Close
action-confirm = Yes, it is
action-create = Create
action-delete = Delete
action-export = Export
action-favourite = Favourite
action-full-screen = Full screen
action-hide = Hide
action-inspector = Inspector
action-less = Less like this
action-like = More like this
action-louder = Louder
action-mute = Mute
action-new-collection = New collection
action-new-tag = New tag
action-next = Next
action-not-this = Not this
action-open = Open
action-palette = Find a command
action-pause = Pause
action-pause-analysis = Pause or resume tagging
action-play = Play
action-play-album = Play { $title }
action-play-later = Add to the queue
action-play-next = Play next
action-play-pause = Play or pause
action-previous = Previous
action-quieter = Quieter
action-rate-0 = No rating
action-rate-1 = Rate 1
action-rate-2 = Rate 2
action-rate-3 = Rate 3
action-rate-4 = Rate 4
action-rate-5 = Rate 5
action-redo = Redo
action-reject = No, it is not
action-remove = Remove
action-remove-from-collection = Remove from this collection
action-rename = Rename
action-repeat = Repeat
action-rescan = Look for changes
action-resume = Resume
action-reveal = Show the folder
action-search = Search
action-seek-back = Back 10 seconds
action-seek-forward = Forward 10 seconds
action-select-all = Select all
action-select-none = Select nothing
action-shortcuts = Keyboard shortcuts
action-show-all = Show all
action-shuffle = Shuffle
action-similar = Find similar
action-stop = Stop
action-strike = Do not use this reason: { $reason }
action-tag = Tag
action-theme = Change the theme
action-undo = Undo
action-unfavourite = Not a favourite
action-unhide = Show again
action-unstrike = Use again
action-why = Why is this here
action-zoom-in = Larger
action-zoom-out = Smaller

menu-soundtrack = Music for this picture

n-items = { $n ->
    [one] 1 item
   *[other] { $n } items
}
n-photos = { $n ->
    [one] 1 photo
   *[other] { $n } photos
}
n-songs = { $n ->
    [one] 1 song
   *[other] { $n } songs
}
n-problems = { $n ->
    [one] 1 file could not be read
   *[other] { $n } files could not be read
}
n-selected = { $n } selected
n-suggested = { $n } to check

name-photo = Photo of { $date }
name-audio = { $title }
name-clip = Clip { $title }, { $date }
undated = No date

search-hint = Search everything
search-nothing = Nothing here matches “{ $query }”.
grid-size = Size of the pictures
timeline = Timeline
seek = Position
volume = Volume
slideshow = Slideshow
details = Details
history = History
queue = Queue
queue-remove = Remove { $title } from the queue
rate = Rate { $n }
disc = Disc { $n }

home-empty = Suggestions appear here once there is something to choose from.
photos-empty = No photos yet. Add a folder that has some.
clips-empty = No clips yet. Add a folder that has some.
music-empty = No music yet. Add a folder that has some.
music-albums = Albums
music-artists = Artists
music-songs = Songs
column-title = Title
column-artist = Artist
column-album = Album
column-year = Year
column-tempo = Tempo
column-length = Length

shelf-continue = Continue
shelf-because-played = Because you played { $title }
shelf-because-looked = Because you looked at { $title }
shelf-on-this-day = On this day
shelf-rediscover-photos = Photos you once loved
shelf-rediscover-music = Music you have not heard for a while
shelf-never-opened-photos = Photos you have not opened yet
shelf-never-opened-music = Music you have not played yet
shelf-new-photos = New photos
shelf-new-music = New music
shelf-hide = Hide this shelf
shelf-refresh = Suggest again
shelf-menu = More about { $title }

why-title = Why { $title }
why-sum = { $sum } in all
why-suggested = Why it was suggested
reason-similar = Like { $title } ({ $percent } % alike)
reason-tag = Tagged { $tag }, which you enjoy
reason-artist = By { $name }, whom you enjoy
reason-album = From { $title }
reason-anniversary = { $years ->
    [one] Taken on this day a year ago
   *[other] Taken on this day { $years } years ago
}
reason-anniversary-near = { $years ->
    [one] Taken around this day a year ago
   *[other] Taken around this day { $years } years ago
}
reason-unfinished = You stopped at { $percent } %
reason-enjoyed = { $times ->
    [one] You enjoyed it once, { $days } days ago
   *[other] You enjoyed it { $times } times, last { $days } days ago
}
reason-favourite = One of your favourites
reason-rated = You gave it { $stars } of 5
reason-fresh = { $days ->
    [0] Added today
    [one] Added yesterday
   *[other] Added { $days } days ago
}
reason-never-opened = You have not opened it yet
reason-exploration = A try: something different

inspector-empty = Select something to see what is known about it.
no-tags = No tags yet.
tag-add-hint = Add a tag
tag-create = New tag “{ $tag }”
collection-create = New collection “{ $name }”
tag-from-model = { $percent } % sure, says { $pack }
tag-from-confirmed = Confirmed by you; { $pack } was { $percent } % sure
tag-from-person = Added by you on { $date }
tag-from-file = From the file itself
tag-from-rule = Measured, not guessed

tags-empty = No tags yet. Drop photos or songs on “New tag”, or press T.
tags-hint = Drop photos, songs or files on a tag to tag them.
tags-filter = Find a tag
tag-gone = This tag is not there any more.
tag-empty = Nothing has this tag yet. Drop something on it.
tag-facts = { $confirmed } confirmed · { $shown } found by Parlour · { $suggested } to check
tag-sure = Tagged
tag-maybe = To check
review-choose = Select the ones that are { $tag }, or that are not.
review-question = { $n } selected: { $tag }?

collections-empty = Collections keep photos and music together. Make one, then drop things on it.
collection-empty = Empty. Drop photos or songs here.
collection-smart = Fills itself: { $query }

tidy-empty = Nothing to tidy. Every file could be read and is where it was.
tidy-problems = Cannot be shown
tidy-missing = Missing
tidy-problems-hint = These files are in your folders and cannot be shown yet. They are kept as they are.
tidy-missing-hint = These files were not found where they were. Tags, ratings and history are kept, and come back with the files.
state-missing = The file is not where it was. Everything you made is kept.

similar-title = Like { $title }
similar-nothing = Nothing similar has been found yet. Parlour compares items once it has looked at them.
viewer-nothing = There is no picture of this.

player-empty = Nothing is playing
player-no-device = { $why }
player-lost = { $device } was unplugged. The place is kept.

fact-album = Album
fact-bytes = File size
fact-camera = Camera
fact-codec = Codec
fact-exposure = Exposure
fact-format = Format
fact-genre = Genre
fact-length = Length
fact-lens = Lens
fact-loudness = Loudness
fact-peak = True peak
fact-place = Place
fact-size = Size
fact-tempo = Tempo
fact-year = Year

event-shown = suggested
event-opened = opened
event-dwell = looked at for { $secs } s
event-played = heard to { $percent } %
event-skipped = skipped at { $percent } %
event-liked = liked
event-disliked = less like this
event-hidden = hidden
event-searched = searched
event-tagged = tagged

welcome-what = Parlour shows your photos, plays your music, finds out what is in them, and suggests what to enjoy next, always saying why.
welcome-promise = Nothing you open here ever leaves this computer.
welcome-add = Add folders
welcome-own = Use my Pictures and Music
welcome-demo = Look around the demo
welcome-drop = Or drop folders anywhere in this window.
welcome-busy = Looking through your folders. The first ones appear in a moment.

drop-add = { $n ->
    [one] Add 1 to the library
   *[other] Add { $n } to the library
}
drop-tag = { $n ->
    [one] Tag 1: { $tag }
   *[other] Tag { $n }: { $tag }
}
drop-new-tag = { $n ->
    [one] Tag 1 with a new tag
   *[other] Tag { $n } with a new tag
}
drop-collection = { $n ->
    [one] Collect 1
   *[other] Collect { $n }
}
drop-play = { $n ->
    [one] Play 1
   *[other] Play { $n }
}

palette-hint = What do you want to do
sheet-new-tag = New tag
sheet-new-tag-hint = Name, such as Beach or Places/Coast
sheet-new-collection = New collection
sheet-new-collection-hint = Name of the collection
sheet-rename-tag = Rename the tag
sheet-rename-tag-hint = New name
sheet-rename-collection = Rename the collection
sheet-delete-tag = Delete the tag { $tag }?
sheet-delete-tag-hint = It is taken off everything. You can undo this.
sheet-delete-collection = Delete this collection?
sheet-delete-collection-hint = Its photos and songs stay in the library. You can undo this.
sheet-remove-folder = Take { $path } out of the library?
sheet-remove-folder-hint = The files stay where they are. Tags, ratings and history are kept in case you add the folder again.
sheet-quick-tag = { $n ->
    [one] Tag 1 item
   *[other] Tag { $n } items
}

doing-scan = Reading
doing-analyse = Tagging
doing-thumbnails = Making thumbnails
doing-import = Adding
doing-export = Exporting
doing-teach = Learning
progress = { $what } { $done } of { $total }
progress-open = { $what } { $done }
about-minutes = about { $n } min
background-idle = Nothing is running.
background-paused = Tagging is paused

settings-folders = Folders
settings-look = Appearance
settings-background = Background work
settings-models = Models
settings-suggestions = Suggestions
settings-data = Your data
settings-theme = Theme
theme-system = As the system
theme-light = Light
theme-dark = Dark
settings-language = Language
language-auto = As the system
settings-text-size = Size of text
settings-text-size-hint = Everything grows along.
settings-motion = Less motion
settings-motion-hint = Panels and lists move at once.
settings-analysis = Tag new files
settings-analysis-hint = Models inside Parlour look at photos and listen to music while nothing else needs the computer.
settings-watch = Watch folders
settings-watch-hint = New and changed files appear by themselves.
folder-offline = Not connected. Everything is kept.
folder-remove = Take { $path } out of the library
model-facts = Version { $version } · { $labels } tags · { $licence }
model-embedded = Built in
model-remove = Remove { $title }
model-add = Add a model pack
model-add-hint = A zip file with model.onnx, labels.txt and manifest.toml. It is checked first; it counts from the next start.
struck-hint = You struck out this reason.
hidden-shelves = Some shelves are hidden
data-place = Where it is
data-thumbnails = Thumbnails
data-thumbnails-hint = At most { $cap }. They are made again when needed.
data-export = Export what you made
data-export-hint = Tags, ratings, collections and history as JSON, and XMP files other programs read.
data-privacy = Private
data-privacy-hint = Parlour has no network code. Nothing leaves this computer.
about-version = Parlour { $version }
about-licence = MIT or Apache 2.0. Inter and Noto Sans under the Open Font License, Lucide icons under ISC.

toast-added = { $n ->
    [one] Added 1 item
   *[other] Added { $n } items
}
toast-added-tagged = { $n ->
    [one] Added 1 item, tagged { $tag }
   *[other] Added { $n } items, tagged { $tag }
}
toast-added-collection = { $n ->
    [one] Added 1 item to the collection
   *[other] Added { $n } items to the collection
}
toast-tagged = { $n ->
    [one] Tagged { $tag }
   *[other] Tagged { $n }: { $tag }
}
toast-untagged = { $n ->
    [one] Removed { $tag }
   *[other] Removed { $tag } from { $n }
}
toast-confirmed = { $n ->
    [one] Confirmed { $tag }
   *[other] Confirmed { $tag } on { $n }
}
toast-rejected = { $n ->
    [one] Not { $tag }
   *[other] Not { $tag }: { $n }
}
toast-new-tag = Made the tag { $tag }
toast-renamed = Renamed to { $name }
toast-deleted = Deleted { $name }
toast-rated = { $n ->
    [one] Rated { $stars }
   *[other] Rated { $n } items { $stars }
}
toast-favourite = { $n ->
    [one] Added to favourites
   *[other] Added { $n } to favourites
}
toast-unfavourite = { $n ->
    [one] Not a favourite any more
   *[other] { $n } are not favourites any more
}
toast-hidden = { $n ->
    [one] Hidden
   *[other] Hid { $n } items
}
toast-unhidden = { $n ->
    [one] Shown again
   *[other] Shown again: { $n }
}
toast-collected = { $n ->
    [one] Added to { $name }
   *[other] Added { $n } to { $name }
}
toast-uncollected = { $n ->
    [one] Removed from { $name }
   *[other] Removed { $n } from { $name }
}
toast-new-collection = Made { $name }
toast-forgotten = That stretch of history is forgotten
toast-undone = Undone: { $what }
toast-redone = Done again: { $what }
toast-nothing-to-undo = There is nothing to undo
toast-struck = This reason is not used any more
toast-unstruck = This reason is used again
toast-liked = More like this
toast-disliked = Less like this
toast-queued = { $n ->
    [one] Added to the queue
   *[other] Added { $n } to the queue
}
toast-nothing-to-play = There is nothing to play in this
toast-no-own-folders = There is no Pictures or Music folder on this computer. Add a folder yourself.
toast-cleared = Cleared
toast-model-added = The model is added. It is used from the next start on.
toast-model-removed = The model is removed. It is gone from the next start on.
toast-exported = { $n ->
    [one] Exported 1 item
   *[other] Exported { $n } items
}

change-tag = tag
change-untag = tag removed
change-tags = change of tags
change-rating = rating
change-favourite = favourite
change-hide = hidden
change-collection = change of a collection
change-history = history
change-reason = struck reason

notice-offline = { $path } is not connected. Everything about its items is kept.
notice-back = { $path } is connected again.
notice-not-watched = Changes in { $path } are noticed only now and then: { $why }.
notice-cache = Thumbnails cannot be kept on disk and are made anew each time: { $why }.

# What is written to the files
settings-outward = For other programs
outward-title = Write what you made to the files
outward-hint = Off until you say so. Tags, ratings, titles, dates and places of photos and clips go into XMP sidecars beside them, which digiKam, Lightroom, darktable and Windows read; those of songs go into the songs themselves. What other programs wrote there stays.
outward-off = Off
outward-photos = Photos
outward-songs = Songs
outward-both = Both
outward-waiting = { $n ->
    [one] One item is not in its file yet
   *[other] { $n } items are not in their files yet
}
outward-waiting-hint = Everything is safe in the library. It is written as soon as the files can be.
outward-merge = Keep both
outward-theirs = Take the file’s
action-write-now = Write now
action-move-to = Move to a folder…
action-trash = Move to the trash
action-take-back-files = Bring the last files back
toast-written = { $n ->
    [one] One file written
   *[other] { $n } files written
}{ $left ->
    [0] .
   *[other] , { $left } still wait.
}
toast-moved = { $n ->
    [one] One file moved. “Bring the last files back” in its menu takes it back.
   *[other] { $n } files moved. “Bring the last files back” in the menu takes them back.
}
toast-trashed = { $n ->
    [one] One file is in the trash. What you made of it is kept.
   *[other] { $n } files are in the trash. What you made of them is kept.
}
toast-brought-back = { $n ->
    [one] One file is back.
   *[other] { $n } files are back.
}
change-title = title
change-date = date
change-place = place
# Suggestions
shelf-morning = For this morning
shelf-afternoon = For this afternoon
shelf-evening = Sounds like this evening
shelf-night = For the night
shelf-play-again = Play again
shelf-soundtrack = Soundtrack for { $title }
shelf-pictures = Pictures for { $title }
shelf-finish-album = Finish the album
shelf-friend-music = { $name } likes this music
shelf-friend-photos = { $name } likes photos like these
shelf-taught = More of what you taught: { $tag }
shelf-surprise-photos = Surprise: photos unlike the usual ones
shelf-surprise-music = Surprise: music unlike the usual
shelf-back = Scroll back
shelf-on = Scroll on
reason-taste = Close to what you usually enjoy
reason-replay = { $days ->
    [0] You played it { $times } times, last today
    [one] You played it { $times } times, last yesterday
   *[other] You played it { $times } times, last { $days } days ago
  }
reason-together = You often play it with { $title }
reason-morning = What you play in the morning
reason-afternoon = What you play in the afternoon
reason-evening = What you play in the evening
reason-night = What you play at night
reason-season = Taken at this time of year
reason-mood = The mood seems to fit: { $mood }
reason-theme = { $picture } in the picture goes with { $sound } in the song
reason-same-weeks = You played it in the weeks around that day
reason-album-begun = You know { $heard } of the { $of } songs on { $title }
reason-friend-named = { $name } enjoys it
reason-friend-alike = Like what { $name } enjoys
reason-taught = You taught the tag { $tag }
reason-familiar = You know it, and want familiar things
reason-against-similar = Like { $title }, which you did not enjoy
reason-against-tag = Tagged { $tag }, which you tend to skip
reason-against-artist = By { $name }, whom you tend to skip
reason-against-taste = Rather unlike what you usually enjoy
mood-lively-bright = lively and bright
mood-lively-dark = lively and dark
mood-lively = lively
mood-calm-bright = calm and bright
mood-calm-dark = calm and dark
mood-calm = calm
mood-bright = bright
mood-dark = dark
mood-even = even
struck-tag = Tagged { $tag }
struck-artist = By { $name }
struck-like = Like { $title }
struck-not-now = Not now: { $title }
struck-dates = Days { $dates }
struck-place = Around { $place }
struck-mood = The mood fits
struck-hour = What you play at this time
action-not-now = Not now
action-never = Never again
toast-not-now = Not for a week
toast-never = Never suggested again
change-judge = what you said of a suggestion
leaving-title = { $n ->
    [0] Nothing else would leave the page
    [one] One thing would leave the page
   *[other] { $n } things would leave the page
  }
leaving-do = Less like this
leaving-keep = Keep
novelty = Familiar to new
novelty-familiar = Familiar
novelty-new = New
programme = { $minutes } { $mood } minutes
programme-calm = calm
programme-bright = bright
programme-lively = lively
programme-nothing = Nothing in the library fits this mood yet
programme-starts = { $n ->
    [one] One piece, { $minutes } minutes
   *[other] { $n } pieces, { $minutes } minutes
  }
page-taste = Your taste
taste-intro = What Parlour believes of you, from what you did here. All of it is a guess; strike out what is wrong.
taste-empty = Parlour does not know you yet. Play, look at and rate things, and come back.
taste-photos-like = You linger on
taste-photos-dislike = You pass over
taste-audio-like = You play
taste-audio-dislike = You skip
taste-clip-like = You watch
taste-clip-dislike = You leave early
taste-hour = At this time of day you play more of
taste-erase = Do not believe this: { $name }
taste-struck = What you struck out
taste-memories = Kept out of memories
taste-memories-hint = Screenshots, papers and almost blank pictures stay out by themselves.
taste-memory-add = A tag, or days: 2024-05-01..2024-05-09
taste-add = Add
taste-forget = Forget
taste-forget-hint = Suggestions will be exactly what they would be without it.
taste-forget-hour = The last hour
taste-forget-day = The last day
taste-forget-week = The last week
taste-forget-all = Everything
taste-people = Who is here
taste-first-profile = Me
taste-guest = Guest: leave no trace
taste-guest-hint = For guests and children. Nothing is learned, and nothing of your history is used.
taste-new-profile = Name of a new person
taste-cards = Taste cards
taste-cards-hint = A small file that says what somebody enjoys. It holds no files, no places and no history.
taste-card-import = Take in a card
taste-card-export = Save my card
taste-card-name = Your name on the card
taste-follow = Follow { $name }
taste-remove = Remove { $name }
taste-alike = { $percent } % alike
taste-both = You both enjoy { $tags }
taste-theirs = Only { $name }: { $tags }
taste-yours = Only you: { $tags }
toast-card-saved = Saved as { $path }
toast-card-taken = You follow { $name } now
taste-open = Your taste

# Tags and teaching
tag-rejected = Rejected
tag-right = Right on { $right } of your last { $n } checks
tag-right-before = before that on { $right } of { $n }
tag-threshold = Your checks moved where it is shown: from { $own } % to { $now } % sure
lesson-facts = Learnt from { $n } of yours and { $rejects } rejected, in { $ms } ms
lesson-kept = Learnt from your examples, lesson { $n }
lesson-needs = { $n ->
    [one] Give 1 more item this tag, and Parlour learns it
   *[other] Give { $n } more items this tag, and Parlour learns it
}
lesson-none = Parlour learns it once it has looked at these items
lesson-off = Parlour does not learn this tag
lesson-looking = Looking…
lesson-changes = Would tag { $shown }, suggest { $suggested } more, and no longer propose { $gone }.
action-learn = Learn it again
action-apply-lesson = Tag the sure ones…
action-forget-lesson = Take back what was learnt
action-apply-n = { $n ->
    [one] Tag 1 item
   *[other] Tag { $n } items
}
action-skip = Skip
action-take-back = Take back
action-tag-files = Tag files…
action-edit-tag = Edit the tag
action-bind-key = A key for this tag
action-detach-tag = Keep it from the models
action-detach-name = “{ $name }” does not lead here
action-merge-into = Merge into { $tag }
action-show-tag = Show all { $tag }
review-ask = { $tag }?
review-left = { $n } to check
review-score = { $percent } % sure
review-done = Nothing is left to check.
review-grid = Many at once
review-one = One by one
sheet-bind-key = A key for { $tag }
sheet-bind-key-hint = Press a letter or a digit. It tags what is selected, or takes the tag off when all of it has it. It comes before the key's usual meaning.
sheet-apply-lesson = Tag the sure ones: { $tag }
sheet-apply-lesson-hint = What you confirmed or rejected stays as it is. This can be taken back alone, whenever you like.
strict-most = Only the surest
strict-some = Sure
strict-little = Likely
edit-tag-colour = Colour
colour-none = No colour
colour-n = Colour { $n }
edit-tag-names = Other names
edit-tag-name-hint = Another name
name-alias = Alias
edit-tag-built-in = Built-in names that lead here; click one to detach it
edit-tag-merge = Merge into another tag
edit-tag-merge-hint = Name of the tag that stays
edit-tag-detach-hint = The models know this tag. Detached, it holds only what you and your files say.
why-tag = Why { $tag }
why-score = { $percent } % sure
why-threshold = Shown from { $percent } % on
why-only-suggested = Only suggested, never shown by itself
why-no-model = No model says so.
why-taught = Taught by you, lesson { $n }
why-imported = In the file since { $date }
why-confirmed = Confirmed by you on { $date }
why-rejected = Rejected by you on { $date }
why-shown = Found on { $date }
why-suggested-on = Suggested on { $date }
why-examples = Most like these that have it
why-no-examples = Nothing that has it can be compared yet.
evidence-looking = Looking for what mattered…
evidence-none = There is nothing to show of how it was found.
evidence-regions = The bright parts mattered most.
evidence-whole = No single part decides: it is the picture as a whole.
evidence-moments = Most like it at { $time }
past-title = Take back one change
past-hint = One thing at a time, also from before a restart. What you changed since stays.
past-runs = What models and lessons said
past-steps = What you changed
past-none = Nothing yet.
past-lesson = Lesson: { $tag }
drop-soundtrack = Find music for this picture
drop-collection-named = { $n ->
    [one] Add 1 to { $name }
   *[other] Add { $n } to { $name }
}
toast-learnt = Learnt { $tag } from { $n }: { $more } more may have it
toast-lesson-applied = { $n ->
    [one] Tagged 1 item: { $tag }
   *[other] Tagged { $n } items: { $tag }
}
toast-lesson-forgotten = Taken back what was learnt of { $tag }
toast-run-taken-back = { $n ->
    [one] Taken back on 1 item
   *[other] Taken back on { $n } items
}
toast-step-taken-back = { $n ->
    [one] Taken back on 1 item
   *[other] Taken back on { $n } items
}
toast-merged = Merged { $from } into { $into }
toast-named = { $tag } is also { $name } now
toast-unnamed = { $tag } is not { $name } any more
toast-name-detached = “{ $name }” does not lead to { $tag } any more
toast-tag-detached = The models leave { $tag } to you
change-taken-back = one change taken back
