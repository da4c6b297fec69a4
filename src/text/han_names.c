#include "text/han_names.h"

#include "base/utf8.h"

struct named {
	const char *han, *words;
};

/* clang-format off */
/*
 * Surnames of one character, both forms of it: how bearers spell them. First Mandarin, where a
 * surname is often read otherwise than the word (Zeng, Qiu, Shan, Xie); then Hong Kong, Hokkien
 * or Teochew, Wade-Giles; Japanese where it is a surname there. Own compilation from general
 * knowledge of the registers' habits. Sorted by bytes.
 */
static const struct named surnames[] = {
    {"丁", "ding ting teng chung"}, {"万", "wan man ban"}, {"丘", "qiu yau khoo chiu"},
    {"东", "dong tung higashi"}, {"严", "yan yim yen"}, {"乐", "yue ngok"},
    {"乔", "qiao kiu chiao"}, {"乜", "nie"}, {"乾", "qian inui"}, {"仇", "qiu sau"},
    {"令", "ling"}, {"任", "ren yam jen"}, {"伍", "wu ng goh"}, {"伦", "lun"},
    {"何", "he ho hoh"}, {"余", "yu yee"}, {"侯", "hou hau"}, {"俞", "yu yuh"}, {"倫", "lun"},
    {"傅", "fu foo"}, {"关", "guan kwan kuan"}, {"冈", "gang kong oka"},
    {"冯", "feng fung phung"}, {"冼", "xian sin"}, {"凌", "ling"}, {"刘", "liu lau low"},
    {"利", "li lee"}, {"劉", "liu lau low"}, {"北", "bei pak kita"}, {"区", "ou au owe"},
    {"區", "ou au owe"}, {"华", "hua wah hwa"}, {"卓", "zhuo cheuk toh"}, {"单", "shan sin"},
    {"南", "nan nam minami"}, {"卢", "lu lo loo"}, {"原", "yuan yuen hara"},
    {"古", "gu koo ku"}, {"史", "shi sze shih"}, {"叶", "ye yip ip yap"}, {"司", "si sze"},
    {"吕", "lu lyu lui loo"}, {"吳", "wu ng goh woo"}, {"吴", "wu ng goh woo"},
    {"呂", "lu lyu lui loo"}, {"员", "yun yuan"}, {"周", "zhou chow chiew chew"},
    {"哈", "ha"}, {"員", "yun yuan"}, {"唐", "tang tong"}, {"喬", "qiao kiu chiao"},
    {"單", "shan sin"}, {"嚴", "yan yim yen"}, {"堀", "ku hori"}, {"堤", "ti tsutsumi"},
    {"夏", "xia ha hsia"}, {"姚", "yao yiu yeo"}, {"姜", "jiang keung kang chiang"},
    {"孔", "kong hung kung"}, {"孙", "sun suen soon"}, {"孫", "sun suen soon"},
    {"宁", "ning"}, {"安", "an on ahn"}, {"宋", "song sung"}, {"寧", "ning"}, {"尉", "yu wei"},
    {"尚", "shang"}, {"尹", "yin wan yoon"}, {"屈", "qu wat"}, {"岑", "cen shum sham"},
    {"岛", "dao to shima"}, {"岡", "gang kong oka"}, {"岳", "yue ngok"},
    {"島", "dao to shima"}, {"崔", "cui tsui choi chui"}, {"左", "zuo cho"}, {"常", "chang"},
    {"庄", "zhuang chong chng ching"}, {"应", "ying"}, {"庞", "pang pong"},
    {"康", "kang hong"}, {"廖", "liao liu liew"}, {"张", "zhang cheung chang teo"},
    {"張", "zhang cheung chang teo"}, {"彭", "peng pang phang"}, {"徐", "xu tsui chee hsu"},
    {"應", "ying"}, {"成", "cheng shing sung"}, {"戚", "qi chik"}, {"戴", "dai tai"},
    {"折", "she"}, {"招", "zhao chiu"}, {"文", "wen man moon"}, {"方", "fang fong png"},
    {"施", "shi sze see shih"}, {"星", "xing sing hoshi"}, {"晏", "yan"}, {"曲", "qu chu"},
    {"曹", "cao tso tsao cho"}, {"曾", "zeng tsang tseng"}, {"朱", "zhu chu choo ju"},
    {"朴", "piao pu park pak"}, {"权", "quan kwon"}, {"杉", "shan sugi"}, {"李", "li lee ri"},
    {"杜", "du to toh"}, {"杨", "yang yeung yeo yong"}, {"東", "dong tung higashi"},
    {"林", "lin lam lim hayashi"}, {"查", "zha cha"}, {"柯", "ke or kua quah"},
    {"柳", "liu ryu yoo yanagi"}, {"桂", "gui kwai katsura"}, {"梁", "liang leung neo"},
    {"梅", "mei mui"}, {"森", "sen sum mori"}, {"楊", "yang yeung yeo yong"},
    {"榊", "shen sakaki"}, {"榎", "jia enoki"}, {"樂", "yue ngok"}, {"樊", "fan"},
    {"權", "quan kwon"}, {"欧", "ou au aw"}, {"歐", "ou au aw"}, {"武", "wu mo takeshi"},
    {"段", "duan tuen tuan"}, {"毛", "mao mo"}, {"水", "shui"}, {"江", "jiang kong chiang"},
    {"池", "chi"}, {"汤", "tang tong"}, {"汪", "wang wong"}, {"沈", "shen shum sim sham"},
    {"沉", "shen shum sim sham"}, {"泉", "quan chuen izumi"}, {"洗", "xian"},
    {"洪", "hong hung ang"}, {"温", "wen wan woon"}, {"湊", "cou minato"},
    {"湯", "tang tong"}, {"溫", "wen wan woon"}, {"滝", "long taki"}, {"潘", "pan poon phua"},
    {"焦", "jiao chiu"}, {"熊", "xiong hung hsiung"}, {"牧", "mu maki"},
    {"王", "wang wong ong heng"}, {"甄", "zhen yan"}, {"甘", "gan kam"},
    {"田", "tian tin tien den"}, {"申", "shen shin"}, {"畑", "tian hata"},
    {"白", "bai pak peh pai"}, {"盖", "ge gai"}, {"盛", "sheng shing"}, {"盧", "lu lo loo"},
    {"石", "shi shek shih"}, {"祝", "zhu chuk"}, {"神", "shen jin kami"}, {"祭", "zhai"},
    {"秘", "bi"}, {"秦", "qin chun chin"}, {"程", "cheng ching"},
    {"章", "zhang cheung chang"}, {"童", "tong tung"}, {"简", "jian kan"},
    {"管", "guan kwun kuan"}, {"簡", "jian kan"}, {"紀", "ji kei chi"}, {"繆", "miao miu"},
    {"纪", "ji kei chi"}, {"缪", "miao miu"}, {"罗", "luo lo law loh"},
    {"羅", "luo lo law loh"}, {"翁", "weng yung ang ong"}, {"翟", "zhai chak"},
    {"耿", "geng keng"}, {"聂", "nie nip"}, {"聶", "nie nip"}, {"肖", "xiao siu siow hsiao"},
    {"胡", "hu wu oh woo"}, {"芮", "rui"}, {"苏", "su so soh"}, {"范", "fan"}, {"茅", "mao"},
    {"荒", "huang ara"}, {"莊", "zhuang chong chng ching"}, {"莫", "mo mok"},
    {"菅", "jian kan suga"}, {"華", "hua wah hwa"}, {"萧", "xiao siu siow hsiao"},
    {"萬", "wan man ban"}, {"葉", "ye yip ip yap"}, {"葛", "ge kot ko"},
    {"董", "dong tung tang"}, {"蒙", "meng mung"}, {"蓋", "ge gai"},
    {"蔡", "cai choi chua tsai tsoi"}, {"蕭", "xiao siu siow hsiao"},
    {"薛", "xue sit hsueh"}, {"蘇", "su so soh"}, {"袁", "yuan yuen"}, {"裴", "pei bae"},
    {"西", "xi sai nishi"}, {"覃", "qin tan tham"}, {"解", "xie hsieh"},
    {"許", "xu hui koh khoo hsu"}, {"詹", "zhan chim chiam"}, {"謝", "xie tse chia cheah"},
    {"譚", "tan tam tham"}, {"许", "xu hui koh khoo hsu"}, {"谢", "xie tse chia cheah"},
    {"谭", "tan tam tham"}, {"谷", "gu kuk tani koo"}, {"費", "fei"}, {"賀", "he ho"},
    {"賴", "lai"}, {"费", "fei"}, {"贺", "he ho"}, {"赖", "lai"}, {"赵", "zhao chiu teo cho"},
    {"趙", "zhao chiu teo cho"}, {"路", "lu lo"}, {"車", "che cha"}, {"车", "che cha"},
    {"辛", "xin shin"}, {"辻", "shi tsuji"}, {"连", "lian lin"}, {"逄", "pang"},
    {"連", "lian lin"}, {"邓", "deng tang teng"}, {"邝", "kuang kwong"}, {"邢", "xing hsing"},
    {"邱", "qiu yau khoo chiu"}, {"邵", "shao siu"}, {"邹", "zou chow tsou"},
    {"郑", "zheng cheng tay teh"}, {"郭", "guo kwok quek kuo"}, {"鄒", "zou chow tsou"},
    {"鄧", "deng tang teng"}, {"鄭", "zheng cheng tay teh"}, {"鄺", "kuang kwong"},
    {"金", "jin kam kim chin"}, {"錢", "qian chin chien"}, {"鍾", "zhong chung cheong"},
    {"鐘", "zhong chung cheong"}, {"钟", "zhong chung cheong"}, {"钱", "qian chin chien"},
    {"関", "guan kwan seki"}, {"閻", "yan yim yen"}, {"關", "guan kwan kuan"},
    {"闫", "yan yim yen"}, {"阎", "yan yim yen"}, {"阮", "ruan yuen nguyen juan"},
    {"陆", "lu luk"}, {"陈", "chen chan tan"}, {"陳", "chen chan tan"}, {"陸", "lu luk"},
    {"隗", "wei kui"}, {"雷", "lei lui looi"}, {"霍", "huo fok"}, {"韓", "han hon"},
    {"韩", "han hon"}, {"顏", "yan ngan gan"}, {"颜", "yan ngan gan"}, {"馬", "ma mah beh"},
    {"馮", "feng fung phung"}, {"駱", "luo lok"}, {"马", "ma mah beh"}, {"骆", "luo lok"},
    {"高", "gao ko kao koh"}, {"魏", "wei ngai"}, {"鮑", "bao pau pao"},
    {"鲍", "bao pau pao"}, {"麥", "mai mak"}, {"麦", "mai mak"},
    {"黃", "huang wong ng hwang"}, {"黄", "huang wong ng hwang"}, {"黎", "li lai"},
    {"黑", "hei hak kuroi"}, {"齊", "qi chai chi"}, {"齐", "qi tsai chi"},
    {"龍", "long lung"}, {"龐", "pang pong"}, {"龔", "gong kung"}, {"龙", "long lung"},
    {"龚", "gong kung"},
};

/*
 * Japanese family names of two and more characters: the frequent ones of the published counts
 * of family names (Meiji Yasuda 2018 and the like), own compilation. Sorted by bytes.
 */
static const struct named families[] = {
    {"三好", "miyoshi"}, {"三宅", "miyake"}, {"三木", "miki"}, {"三浦", "miura"},
    {"上原", "uehara"}, {"上田", "ueda"}, {"上野", "ueno"}, {"中井", "nakai"}, {"中山", "nakayama"},
    {"中島", "nakajima"}, {"中嶋", "nakajima"}, {"中川", "nakagawa"}, {"中村", "nakamura"},
    {"中田", "nakata"}, {"中西", "nakanishi"}, {"中野", "nakano"}, {"丸山", "maruyama"},
    {"久保", "kubo"}, {"久保田", "kubota"}, {"亀井", "kamei"}, {"五十嵐", "igarashi"},
    {"井上", "inoue"}, {"今井", "imai"}, {"今村", "imamura"}, {"伊藤", "ito"}, {"佐々木", "sasaki"},
    {"佐藤", "sato"}, {"佐野", "sano"}, {"児玉", "kodama"}, {"八木", "yagi"}, {"内田", "uchida"},
    {"内藤", "naito"}, {"前田", "maeda"}, {"加藤", "kato"}, {"北川", "kitagawa"},
    {"北村", "kitamura"}, {"千葉", "chiba"}, {"原田", "harada"}, {"古川", "furukawa"},
    {"古賀", "koga"}, {"吉原", "yoshihara"}, {"吉岡", "yoshioka"}, {"吉川", "yoshikawa"},
    {"吉村", "yoshimura"}, {"吉田", "yoshida"}, {"吉野", "yoshino"}, {"和久井", "wakui"},
    {"和田", "wada"}, {"土屋", "tsuchiya"}, {"坂口", "sakaguchi"}, {"坂本", "sakamoto"},
    {"堀内", "horiuchi"}, {"増田", "masuda"}, {"大久保", "okubo"}, {"大城", "oshiro"},
    {"大塚", "otsuka"}, {"大山", "oyama"}, {"大島", "oshima"}, {"大川", "okawa"}, {"大森", "omori"},
    {"大橋", "ohashi"}, {"大田", "ota"}, {"大石", "oishi"}, {"大西", "onishi"}, {"大谷", "otani"},
    {"大野", "ono"}, {"天野", "amano"}, {"太田", "ota"}, {"奥村", "okumura"}, {"奥田", "okuda"},
    {"宇野", "uno"}, {"安倍", "abe"}, {"安田", "yasuda"}, {"安藤", "ando"}, {"安部", "abe"},
    {"宮城", "miyagi"}, {"宮崎", "miyazaki"}, {"宮川", "miyagawa"}, {"宮本", "miyamoto"},
    {"宮田", "miyata"}, {"富田", "tomita"}, {"小原", "ohara"}, {"小山", "koyama"},
    {"小島", "kojima"}, {"小嶋", "kojima"}, {"小川", "ogawa"}, {"小松", "komatsu"},
    {"小林", "kobayashi"}, {"小池", "koike"}, {"小沢", "ozawa"}, {"小泉", "koizumi"},
    {"小澤", "ozawa"}, {"小田", "oda"}, {"小西", "konishi"}, {"小野", "ono"}, {"尾崎", "ozaki"},
    {"山下", "yamashita"}, {"山中", "yamanaka"}, {"山内", "yamauchi"}, {"山口", "yamaguchi"},
    {"山岸", "yamagishi"}, {"山崎", "yamazaki"}, {"山川", "yamakawa"}, {"山本", "yamamoto"},
    {"山村", "yamamura"}, {"山根", "yamane"}, {"山田", "yamada"}, {"山﨑", "yamazaki"},
    {"岡崎", "okazaki"}, {"岡本", "okamoto"}, {"岡村", "okamura"}, {"岡田", "okada"},
    {"岩井", "iwai"}, {"岩崎", "iwasaki"}, {"岩本", "iwamoto"}, {"岩田", "iwata"},
    {"岸田", "kishida"}, {"島田", "shimada"}, {"島袋", "shimabukuro"}, {"嶋田", "shimada"},
    {"川上", "kawakami"}, {"川口", "kawaguchi"}, {"川合", "kawai"}, {"川島", "kawashima"},
    {"川崎", "kawasaki"}, {"川村", "kawamura"}, {"川田", "kawata"}, {"工藤", "kudo"},
    {"市川", "ichikawa"}, {"平井", "hirai"}, {"平田", "hirata"}, {"平野", "hirano"},
    {"広瀬", "hirose"}, {"後藤", "goto"}, {"徳川", "tokugawa"}, {"成田", "narita"},
    {"斉藤", "saito"}, {"斎藤", "saito"}, {"新井", "arai"}, {"新垣", "arakaki"},
    {"日下部", "kusakabe"}, {"早川", "hayakawa"}, {"星野", "hoshino"}, {"服部", "hattori"},
    {"望月", "mochizuki"}, {"木下", "kinoshita"}, {"木村", "kimura"}, {"本多", "honda"},
    {"本山", "motoyama"}, {"本村", "motomura"}, {"本田", "honda"}, {"本間", "honma"},
    {"杉山", "sugiyama"}, {"杉本", "sugimoto"}, {"杉浦", "sugiura"}, {"村上", "murakami"},
    {"村井", "murai"}, {"村山", "murayama"}, {"村松", "muramatsu"}, {"村田", "murata"},
    {"東海林", "shoji"}, {"松下", "matsushita"}, {"松井", "matsui"}, {"松原", "matsubara"},
    {"松尾", "matsuo"}, {"松山", "matsuyama"}, {"松岡", "matsuoka"}, {"松本", "matsumoto"},
    {"松村", "matsumura"}, {"松永", "matsunaga"}, {"松浦", "matsuura"}, {"松田", "matsuda"},
    {"柳田", "yanagida"}, {"柴田", "shibata"}, {"栗原", "kurihara"}, {"根本", "nemoto"},
    {"桑原", "kuwahara"}, {"桜井", "sakurai"}, {"森下", "morishita"}, {"森山", "moriyama"},
    {"森本", "morimoto"}, {"森田", "morita"}, {"榎本", "enomoto"}, {"樋口", "higuchi"},
    {"横山", "yokoyama"}, {"横田", "yokota"}, {"橋本", "hashimoto"}, {"櫻井", "sakurai"},
    {"武田", "takeda"}, {"武藤", "muto"}, {"比嘉", "higa"}, {"水口", "mizuguchi"},
    {"水谷", "mizutani"}, {"水野", "mizuno"}, {"永井", "nagai"}, {"永田", "nagata"},
    {"江口", "eguchi"}, {"池田", "ikeda"}, {"沢田", "sawada"}, {"河合", "kawai"},
    {"河村", "kawamura"}, {"河野", "kono"}, {"浅野", "asano"}, {"浜田", "hamada"},
    {"清水", "shimizu"}, {"渡辺", "watanabe"}, {"渡邉", "watanabe"}, {"渡邊", "watanabe"},
    {"渡部", "watanabe"}, {"澤田", "sawada"}, {"濱田", "hamada"}, {"熊谷", "kumagai"},
    {"片山", "katayama"}, {"玉城", "tamaki"}, {"田中", "tanaka"}, {"田口", "taguchi"},
    {"田島", "tajima"}, {"田村", "tamura"}, {"田辺", "tanabe"}, {"白井", "shirai"},
    {"白石", "shiraishi"}, {"矢島", "yajima"}, {"矢野", "yano"}, {"石井", "ishii"},
    {"石原", "ishihara"}, {"石川", "ishikawa"}, {"石橋", "ishibashi"}, {"石田", "ishida"},
    {"石破", "ishiba"}, {"神田", "kanda"}, {"神谷", "kamiya"}, {"福井", "fukui"},
    {"福島", "fukushima"}, {"福本", "fukumoto"}, {"福田", "fukuda"}, {"秋山", "akiyama"},
    {"竹内", "takeuchi"}, {"篠原", "shinohara"}, {"米田", "yoneda"}, {"織田", "oda"},
    {"若松", "wakamatsu"}, {"若林", "wakabayashi"}, {"荒井", "arai"}, {"荒木", "araki"},
    {"荻原", "ogiwara"}, {"菅原", "sugawara"}, {"菊地", "kikuchi"}, {"菊池", "kikuchi"},
    {"萩原", "hagiwara"}, {"藤井", "fujii"}, {"藤原", "fujiwara"}, {"藤岡", "fujioka"},
    {"藤川", "fujikawa"}, {"藤本", "fujimoto"}, {"藤沢", "fujisawa"}, {"藤田", "fujita"},
    {"西尾", "nishio"}, {"西山", "nishiyama"}, {"西川", "nishikawa"}, {"西村", "nishimura"},
    {"西田", "nishida"}, {"谷口", "taniguchi"}, {"豊田", "toyoda"}, {"近藤", "kondo"},
    {"遠藤", "endo"}, {"酒井", "sakai"}, {"重信", "shigenobu"}, {"野口", "noguchi"},
    {"野村", "nomura"}, {"野田", "noda"}, {"金城", "kinjo"}, {"金子", "kaneko"}, {"鈴木", "suzuki"},
    {"鎌田", "kamata"}, {"長田", "nagata"}, {"長谷川", "hasegawa"}, {"長野", "nagano"},
    {"関口", "sekiguchi"}, {"関根", "sekine"}, {"阪本", "sakamoto"}, {"阿部", "abe"},
    {"青山", "aoyama"}, {"青木", "aoki"}, {"須藤", "sudo"}, {"飯塚", "iizuka"}, {"飯田", "iida"},
    {"馬場", "baba"}, {"高山", "takayama"}, {"高木", "takagi"}, {"高桥", "takahashi"},
    {"高橋", "takahashi"}, {"高田", "takada"}, {"高野", "takano"}, {"鳩山", "hatoyama"},
    {"麻原", "asahara"}, {"麻生", "aso"}, {"黒木", "kuroki"}, {"黒田", "kuroda"}, {"齊藤", "saito"},
    {"齋藤", "saito"},
};

/*
 * How characters are read in Japanese given names, the commonest first: own compilation. Sorted
 * by bytes.
 */
static const struct named given[] = {
    {"一", "kazu ichi"}, {"万", "ma"}, {"三", "zo mi"}, {"与", "yo"}, {"世", "yo"}, {"丸", "maru"},
    {"乃", "no"}, {"久", "hisa"}, {"之", "yuki"}, {"也", "ya"}, {"亀", "kame"}, {"二", "ji"},
    {"亜", "a"}, {"京", "kyo"}, {"亮", "ryo"}, {"人", "to hito"}, {"仁", "jin hitoshi"},
    {"介", "suke"}, {"代", "yo"}, {"伊", "i"}, {"伸", "nobu"}, {"佐", "sa"}, {"佳", "yoshi ka"},
    {"俊", "toshi"}, {"保", "yasu"}, {"信", "nobu"}, {"修", "osamu"}, {"倫", "nori rin"},
    {"健", "ken"}, {"優", "yu"}, {"元", "moto"}, {"光", "mitsu hikaru"}, {"克", "katsu"},
    {"兵", "hei"}, {"典", "nori"}, {"円", "madoka"}, {"冬", "fuyu"}, {"凛", "rin"}, {"利", "toshi"},
    {"則", "nori"}, {"剛", "tsuyoshi go"}, {"功", "isao"}, {"加", "ka"}, {"助", "suke"},
    {"勇", "yu isamu"}, {"勉", "tsutomu"}, {"勝", "katsu masaru"}, {"勲", "isao"},
    {"匠", "takumi"}, {"匡", "masa"}, {"千", "chi"}, {"卓", "taku"}, {"博", "hiro"}, {"友", "tomo"},
    {"可", "ka"}, {"史", "fumi"}, {"右", "u"}, {"司", "ji shi"}, {"吉", "yoshi kichi"},
    {"呂", "ro"}, {"和", "kazu wa"}, {"哉", "ya"}, {"哲", "tetsu"}, {"唯", "yui tada"},
    {"啓", "kei"}, {"喜", "ki yoshi"}, {"嘉", "yoshi"}, {"圭", "kei"}, {"均", "hitoshi"},
    {"基", "moto"}, {"士", "shi"}, {"夏", "natsu"}, {"大", "dai hiro"}, {"太", "ta"}, {"夫", "o"},
    {"央", "o"}, {"奈", "na"}, {"子", "ko"}, {"孝", "taka"}, {"季", "ki"}, {"学", "manabu"},
    {"安", "yasu"}, {"宏", "hiro"}, {"宗", "mune"}, {"宙", "sora"}, {"実", "minoru mi"},
    {"寿", "hisa toshi"}, {"将", "masa sho"}, {"尚", "nao"}, {"崇", "takashi"}, {"巌", "iwao"},
    {"巖", "iwao"}, {"左", "za"}, {"市", "ichi"}, {"希", "ki nozomi"}, {"平", "hei"},
    {"幸", "yuki"}, {"広", "hiro"}, {"康", "yasu"}, {"弘", "hiro"}, {"弥", "ya"}, {"彦", "hiko"},
    {"彩", "aya"}, {"彰", "akira"}, {"徹", "toru tetsu"}, {"忍", "shinobu"}, {"志", "shi"},
    {"忠", "tada"}, {"怜", "rei"}, {"恭", "kyo yasu"}, {"恵", "e megumi"}, {"悟", "satoru"},
    {"悠", "yu"}, {"愛", "ai"}, {"慶", "kei"}, {"憲", "nori"}, {"成", "nari sei"}, {"拓", "taku"},
    {"政", "masa"}, {"敏", "toshi"}, {"敬", "takashi kei"}, {"文", "fumi aya"}, {"斗", "to"},
    {"早", "sa"}, {"昌", "masa"}, {"明", "aki"}, {"春", "haru"}, {"昭", "aki"}, {"晃", "akira"},
    {"晋", "shin"}, {"晴", "haru"}, {"晶", "aki akira"}, {"智", "tomo"}, {"月", "tsuki"},
    {"有", "yu ari"}, {"朋", "tomo"}, {"朗", "ro"}, {"望", "nozomi"}, {"未", "mi"}, {"本", "moto"},
    {"松", "matsu"}, {"枝", "e"}, {"栄", "ei"}, {"桃", "momo"}, {"桜", "sakura"}, {"梅", "ume"},
    {"梓", "azusa"}, {"楓", "kaede"}, {"樹", "ki"}, {"次", "ji tsugu"}, {"欣", "kin"},
    {"正", "masa"}, {"武", "takeshi take"}, {"歩", "ayumu ho"}, {"毅", "takeshi"}, {"江", "e"},
    {"沙", "sa"}, {"治", "ji osamu"}, {"泉", "izumi"}, {"泰", "yasu"}, {"洋", "hiro yo"},
    {"津", "tsu"}, {"浩", "hiro"}, {"海", "umi kai"}, {"涼", "ryo"}, {"清", "kiyo kiyoshi"},
    {"渚", "nagisa"}, {"満", "mitsu"}, {"源", "gen"}, {"照", "teru"}, {"猛", "takeshi"},
    {"玖", "ku"}, {"玲", "rei"}, {"理", "ri"}, {"琉", "ryu ru"}, {"瑠", "ru"}, {"環", "tamaki"},
    {"生", "o ki"}, {"由", "yu"}, {"男", "o"}, {"留", "ru"}, {"登", "to noboru"}, {"百", "momo"},
    {"直", "nao"}, {"真", "ma shin"}, {"瞳", "hitomi"}, {"矢", "ya"}, {"知", "tomo"}, {"礼", "rei"},
    {"祐", "yu"}, {"秀", "hide"}, {"秋", "aki"}, {"稔", "minoru"}, {"穂", "ho"}, {"空", "sora"},
    {"竜", "ryu"}, {"章", "aki"}, {"竹", "take"}, {"節", "setsu"}, {"紀", "nori"}, {"純", "jun"},
    {"紗", "sa"}, {"素", "moto"}, {"結", "yui"}, {"絢", "aya"}, {"絵", "e"}, {"綾", "aya"},
    {"織", "ori"}, {"美", "mi"}, {"義", "yoshi"}, {"羽", "ha wa"}, {"翔", "sho"}, {"翼", "tsubasa"},
    {"聡", "satoshi"}, {"良", "yoshi ryo"}, {"花", "hana ka"}, {"苗", "nae"}, {"英", "hide"},
    {"茂", "shige shigeru"}, {"茜", "akane"}, {"菊", "kiku"}, {"菜", "na"}, {"華", "hana ka"},
    {"葉", "ha yo"}, {"葵", "aoi"}, {"蓮", "ren"}, {"薫", "kaoru"}, {"行", "yuki"}, {"衛", "e"},
    {"衣", "i"}, {"裕", "hiro yu"}, {"規", "nori"}, {"誠", "makoto"}, {"豊", "yutaka toyo"},
    {"貴", "taka"}, {"路", "ji ro"}, {"輔", "suke"}, {"輝", "teru"}, {"進", "susumu"},
    {"遥", "haruka"}, {"郁", "iku"}, {"郎", "ro"}, {"都", "to"}, {"里", "ri"}, {"重", "shige"},
    {"金", "kin"}, {"鈴", "suzu rin"}, {"鉄", "tetsu"}, {"銀", "gin"}, {"門", "mon"}, {"陽", "yo"},
    {"隆", "taka"}, {"隼", "hayato"}, {"雄", "o yu"}, {"雅", "masa"}, {"雪", "yuki"},
    {"静", "shizu"}, {"音", "ne oto"}, {"順", "jun"}, {"頼", "yori"}, {"香", "ka"}, {"高", "taka"},
    {"鶴", "tsuru"}, {"麗", "rei"}, {"麻", "ma"}, {"龍", "ryu"},
};
/* clang-format on */

static const char *
find(const struct named *table, size_t n, struct str han)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = str_cmp(str_from(table[mid].han), han);

		if (order == 0)
			return table[mid].words;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const char *
han_surname(uint32_t c)
{
	char bytes[4];

	return find(surnames, COUNT_OF(surnames), (struct str){bytes, utf8_encode(c, bytes)});
}

const char *
han_given(uint32_t c)
{
	char bytes[4];

	return find(given, COUNT_OF(given), (struct str){bytes, utf8_encode(c, bytes)});
}

const char *
han_family(struct str s, size_t *bytes)
{
	/* Three characters before two; each has three bytes. */
	for (*bytes = 9; *bytes >= 6; *bytes -= 3) {
		const char *words = s.n >= *bytes
					? find(families, COUNT_OF(families), str_sub(s, 0, *bytes))
					: NULL;

		if (words != NULL)
			return words;
	}
	return NULL;
}

bool
han_names_are_sorted(void)
{
	for (size_t i = 1; i < COUNT_OF(surnames); i++)
		if (str_cmp(str_from(surnames[i - 1].han), str_from(surnames[i].han)) >= 0)
			return false;
	for (size_t i = 1; i < COUNT_OF(families); i++)
		if (str_cmp(str_from(families[i - 1].han), str_from(families[i].han)) >= 0)
			return false;
	for (size_t i = 1; i < COUNT_OF(given); i++)
		if (str_cmp(str_from(given[i - 1].han), str_from(given[i].han)) >= 0)
			return false;
	return true;
}
