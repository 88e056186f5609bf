import type { Transcription, Word } from '../providers/types.js';

/** For specs: a conversation of our own, one paragraph a turn; speaker 0 asks, speaker 1 answers. */
export const interview: readonly (readonly [speaker: number, text: string])[] = [
  [
    0,
    'Welcome back to the workshop. Today I am talking with Marta, who repairs old bicycles in a garage by the river. Marta, how did all of this begin?',
  ],
  [
    1,
    'It began with a flat tyre, honestly. I was late for work, I had no money for a mechanic, and I fixed it on the pavement with a borrowed pump and a spoon. I felt ten feet tall.',
  ],
  [0, 'With a spoon? You pulled the tyre off with a spoon?'],
  [
    1,
    'With a soup spoon, yes. The week after, a neighbour asked me to look at her brakes. Then her cousin came. By the end of that summer I had repaired sixty bicycles, and I had never put up a sign.',
  ],
  [0, 'So when did you decide that it was a business and not a hobby?'],
  [
    1,
    'When I started to count the hours. I was spending thirty hours a week on it and charging almost nothing. My sister said, you do not have a hobby, you have a second job that pays in cake. That hurt, because it was true.',
  ],
  [0, 'What did you charge, in the beginning?'],
  [
    1,
    'Five euros for anything. A puncture was five euros and a whole new wheel was five euros. I was afraid that people would leave if I asked for more. In the end I doubled the price and I lost exactly one customer, and he was the one who never paid on time.',
  ],
  [0, 'Let us talk about the waiting list. I heard that it is four months long now.'],
  [
    1,
    'It is, and I am not proud of it. I tried to hire two mechanics in spring. One of them left after nine days because I checked every screw that he touched. I learned that I was the bottleneck. You know, I could not let go of the spanner.',
  ],
  [0, 'And what changed?'],
  [
    1,
    'I wrote everything down. Every repair has a card now, with photographs and the torque for each bolt. A beginner can follow the card and I only look at the brakes at the end. Brakes are the one thing that I never delegate.',
  ],
  [
    0,
    'If somebody listening wants to start something like this, what should they do tomorrow morning?',
  ],
  [
    1,
    'Fix one thing for one person, and ask them to tell you what was annoying about it. Do not buy tools first. I bought a truing stand for four hundred euros before I knew how to use it, and it stood in the corner for a year like a very expensive coat rack.',
  ],
];

/** For specs: `turns` as a transcription: half a second a word, one second between turns. */
export function transcriptionOf(
  turns: readonly (readonly [speaker: number | null, text: string])[],
  language: string | null = 'en',
): Transcription {
  const words: Word[] = [];
  let time = 0;
  const paragraphs = turns.map(([speaker, text]) => {
    const start = time;
    for (const word of text.split(/\s+/)) {
      words.push({ text: word, start: time, end: time + 0.5, confidence: 0.95, speaker });
      time += 0.5;
    }
    const end = time;
    time += 1;
    return { speaker, start, end, text };
  });
  const text = turns.map(([, turn]) => turn).join(' ');
  return { text, language, duration: time, confidence: 0.95, words, paragraphs };
}
